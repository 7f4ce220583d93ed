import { createContext, Script } from 'node:vm';
import type { Environment, ParseResult } from '@marcbachmann/cel-js';

/** What an expression says of an object; or why it says nothing. The reason never quotes the object. */
export type Verdict = { readonly is: boolean } | { readonly unknown: string; readonly isLate?: true };

/** Says whether something is so of an object. */
export type Predicate = (object: Readonly<Record<string, unknown>>) => Verdict;

/** Milliseconds an expression may take: it runs on the thread that everything else runs on, and nested macros multiply. */
const longest = 100;

const limits = { maxAstNodes: 1_000, maxDepth: 32, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 20 };

// the code that runs is the library's; a script is the one thing whose running time Node bounds
const timed = new Script('evaluate()', { filename: 'health-check' });

/** JSON's numbers as CEL's: whole ones are integers, as in Kubernetes' own CEL. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toCel(field)]));
}

function verdictOf(error: unknown): Verdict {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return { unknown: `it takes more than ${longest} ms`, isLate: true };
  return { unknown: typeof code === 'string' && /^[a-z_]+$/.test(code) ? code.replaceAll('_', ' ') : 'it has no answer' };
}

function predicate(parsed: ParseResult): Predicate {
  return (object) => {
    try {
      const fields = toCel(object);
      const context = createContext({ evaluate: (): unknown => parsed(typeof fields === 'object' && fields !== null ? { ...fields } : {}) });
      const answer: unknown = timed.runInContext(context, { timeout: longest });
      return typeof answer === 'boolean' ? { is: answer } : { unknown: 'it is neither true nor false' };
    } catch (error) {
      return verdictOf(error);
    }
  };
}

/** Turns expressions into predicates. */
export interface CelCompiler {
  /** A problem where the text is not CEL, or cannot be true or false. */
  readonly compile: (expression: string) => Predicate | { readonly problem: string };
}

/** Loads the interpreter, which few Applications need. Top-level fields of an object are its variables, as in Flux. */
export async function loadCel(): Promise<CelCompiler> {
  const cel = await import('@marcbachmann/cel-js');
  const environment: Environment = new cel.Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false, enableOptionalTypes: true, limits });
  return {
    compile: (expression) => {
      try {
        const parsed = environment.parse(expression);
        const { valid, type, error } = parsed.check();
        if (!valid) return { problem: error === undefined ? 'is not CEL' : error.message.split('\n')[0] ?? '' };
        return type === 'bool' || type === 'dyn' ? predicate(parsed) : { problem: `is a ${type ?? 'value'}, and must be true or false` };
      } catch (error) {
        return { problem: error instanceof cel.ParseError ? (error.message.split('\n')[0] ?? '') : 'is not CEL' };
      }
    },
  };
}
