import { describeNode } from '../parse/describe-node.ts';
import type { CommandNode, Node, OperandNode, PipeNode, VariableNode } from '../parse/node.ts';
import { FunctionError } from '../template-error.ts';
import { reflectType } from '../value/go-type.ts';
import type { GoFunction, GoType, Value } from '../value/value.ts';
import { GoMap } from '../value/value.ts';
import { checkAssignable, constantFor, untypedConstant } from './assign.ts';
import type { Evaluated } from './evaluated.ts';
import { plain } from './evaluated.ts';
import { memberOf } from './field.ts';
import type { Frame } from './frame.ts';
import { isTrue } from '../value/truth.ts';

/** Says that no value comes in from an earlier command of the pipeline. */
const noFinal = Symbol('no value from the pipeline');

/** What a command is given. */
interface Invocation {
  readonly dot: Evaluated;
  readonly args: readonly OperandNode[];
  /** The value of the command before it, which becomes the last argument. */
  readonly final: Value | typeof noFinal;
}

const noArguments: readonly OperandNode[] = [];

/** The value of a pipeline. Variables that it declares stay in scope: the caller pops them. */
export function evaluatePipeline(frame: Frame, node: PipeNode, dot: Evaluated): Value {
  frame.node = node;
  let final: Invocation['final'] = noFinal;
  for (const command of node.commands) final = plain(evaluateCommand(frame, command, dot, final));
  const value = final === noFinal ? undefined : final;
  for (const { name } of node.declarations) {
    if (!node.isAssign) frame.scope.push(name, value);
    else if (frame.scope.has(name)) frame.scope.set(name, value);
    else frame.fail(`undefined variable: ${name}`);
  }
  return value;
}

function evaluateCommand(frame: Frame, command: CommandNode, dot: Evaluated, final: Invocation['final']): Evaluated {
  frame.options.context.meter.step();
  const [first] = command.args;
  const invocation: Invocation = { dot, args: command.args.length === 1 ? noArguments : command.args.slice(1), final };
  switch (first.kind) {
    case 'identifier':
      return evaluateFunction(frame, first, command, invocation);
    case 'field':
    case 'chain':
    case 'variable':
      return evaluateMembers(frame, first, invocation);
    case 'pipe':
      refuseArguments(frame, first, invocation);
      return evaluatePipeline(frame, first, dot);
    default:
      frame.node = first;
      refuseArguments(frame, first, invocation);
      if (first.kind === 'dot') return dot;
      return first.kind === 'nil' ? frame.fail('nil is not a command') : untypedConstant(frame, first);
  }
}

function refuseArguments(frame: Frame, node: OperandNode, { args, final }: Invocation): void {
  if (args.length > 0 || final !== noFinal) frame.fail(`can't give argument to non-function ${describeNode(node)}`);
}

/** A field of dot, a variable, or what follows either of them or parentheses. */
function evaluateMembers(frame: Frame, node: Extract<OperandNode, { kind: 'field' | 'chain' | 'variable' }>, invocation: Invocation): Evaluated {
  frame.node = node;
  if (node.kind === 'field') return evaluatePath(frame, invocation.dot, node, invocation);
  if (node.kind === 'variable') return evaluateVariable(frame, node, invocation);
  if (node.operand.kind === 'nil') return frame.fail(`indirection through explicit nil in ${describeNode(node)}`);
  return evaluatePath(frame, evaluateOperand(frame, node.operand, invocation.dot), node, invocation);
}

function evaluateVariable(frame: Frame, node: VariableNode, invocation: Invocation): Evaluated {
  if (!frame.scope.has(node.name)) frame.fail(`undefined variable: ${node.name}`);
  const value = frame.scope.get(node.name);
  if (node.path.length > 0) return evaluatePath(frame, value, node, invocation);
  refuseArguments(frame, node, invocation);
  return value;
}

/** Follows a path of fields. Only the last one may be a method that takes the arguments. */
function evaluatePath(frame: Frame, start: Evaluated, node: Node & { readonly path: readonly string[] }, invocation: Invocation): Evaluated {
  let value = start;
  let holder: GoType | undefined;
  const inner: Invocation = invocation.args.length === 0 && invocation.final === noFinal ? invocation : { dot: invocation.dot, args: noArguments, final: noFinal };
  let left = node.path.length;
  for (const name of node.path) {
    frame.options.context.meter.step();
    left -= 1;
    const given = left === 0 ? invocation : inner;
    const member = memberOf(frame, value, name, given.args.length > 0 || given.final !== noFinal, holder);
    holder = value instanceof GoMap ? value.type : undefined;
    value = 'method' in member ? call(frame, member.method, name, node, given) : member.value;
  }
  return value;
}

/** The operand of a chain, which no parameter gives a type. */
function evaluateOperand(frame: Frame, node: OperandNode, dot: Evaluated): Evaluated {
  frame.node = node;
  switch (node.kind) {
    case 'pipe':
      return evaluatePipeline(frame, node, dot);
    case 'identifier':
      return evaluateFunction(frame, node, node, { dot, args: noArguments, final: noFinal });
    case 'field':
    case 'chain':
    case 'variable':
      return evaluateMembers(frame, node, { dot, args: noArguments, final: noFinal });
    case 'dot':
      return dot;
    default:
      return untypedConstant(frame, node);
  }
}

function evaluateFunction(frame: Frame, node: Extract<OperandNode, { kind: 'identifier' }>, command: Node, invocation: Invocation): Evaluated {
  frame.node = node;
  const target = frame.options.functions.get(node.name);
  if (target === undefined) return frame.fail(`"${node.name}" is not a defined function`);
  if (target.shortCircuit === undefined) return call(frame, target, node.name, command, invocation);
  checkArity(frame, target, node.name, invocation);
  return evaluateShortCircuit(frame, target.shortCircuit, invocation);
}

/** `and` and `or`, which evaluate no more arguments than decide them. */
function evaluateShortCircuit(frame: Frame, operator: 'and' | 'or', { dot, args, final }: Invocation): Evaluated {
  let value: Value;
  for (const arg of args) {
    frame.options.context.meter.step(0.1);
    value = evaluateArgument(frame, arg, reflectType, dot);
    if (isTrue(value) === (operator === 'or')) return value;
  }
  return final === noFinal ? value : final;
}

function checkArity(frame: Frame, { params, rest }: GoFunction, name: string, { args, final }: Invocation): void {
  const given = args.length + (final === noFinal ? 0 : 1);
  if (rest === undefined && given !== params.length) frame.fail(`wrong number of args for ${name}: want ${params.length} got ${given}`);
  if (given < params.length) frame.fail(`wrong number of args for ${name}: want at least ${params.length} got ${args.length}`);
}

function call(frame: Frame, target: GoFunction, name: string, node: Node, invocation: Invocation): Value {
  checkArity(frame, target, name, invocation);
  const { dot, args, final } = invocation;
  frame.options.context.meter.step(args.length / 10);
  const values: Value[] = [];
  for (const arg of args) values.push(evaluateArgument(frame, arg, typeAt(target, values.length), dot));
  if (final !== noFinal) values.push(checkAssignable(frame, final, typeAt(target, args.length)));
  try {
    return target.call(values, frame.options.context);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    frame.node = node;
    const detail = error.revealDetail();
    // what is made of literals alone can quote no data; a method may quote what it is called on
    const isFunction = node.kind === 'command' || node.kind === 'identifier';
    const quotesNoData = isFunction && final === noFinal && args.every(isConstant);
    return frame.fail(`error calling ${name}: ${quotesNoData ? detail : error.message}`, `error calling ${name}: ${detail}`, error);
  }
}

function typeAt({ params, rest }: GoFunction, index: number): GoType {
  return params[index] ?? rest ?? reflectType;
}

/** Functions that make text of literals and add nothing of their own: others may draw random values. */
const plainFunctions: ReadonlySet<string> = new Set(['print', 'printf', 'println', 'quote', 'cat', 'list']);

/** Whether an expression depends on nothing but the template's own text. */
function isConstant(node: OperandNode): boolean {
  switch (node.kind) {
    case 'bool':
    case 'string':
    case 'number':
    case 'nil':
      return true;
    case 'pipe':
      return node.commands.every(({ args: [first, ...args] }) => (first.kind === 'identifier' ? plainFunctions.has(first.name) : isConstant(first)) && args.every(isConstant));
    default:
      return false;
  }
}

/** An argument, checked against the parameter it is for. */
function evaluateArgument(frame: Frame, node: OperandNode, type: GoType, dot: Evaluated): Value {
  frame.node = node;
  switch (node.kind) {
    case 'dot':
      return checkAssignable(frame, dot, type);
    case 'field':
    case 'chain':
    case 'variable':
    case 'pipe':
    case 'identifier':
      return checkAssignable(frame, evaluateOperand(frame, node, dot), type);
    default:
      return constantFor(frame, node, type);
  }
}
