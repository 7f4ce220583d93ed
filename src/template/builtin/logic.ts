import type { FunctionMap } from '../value/go-function.ts';
import { reflectType } from '../value/go-type.ts';
import type { GoFunction } from '../value/value.ts';

/** `and` and `or`: their names and parameters; the evaluator does the rest. */
export const logicFunctions: FunctionMap = new Map([
  ['and', shortCircuit('and')],
  ['or', shortCircuit('or')],
]);

function shortCircuit(operator: 'and' | 'or'): GoFunction {
  return { params: [reflectType], rest: reflectType, shortCircuit: operator, call: (args) => args.at(-1) };
}
