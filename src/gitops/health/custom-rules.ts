import { formatKey, keyOf, type KubeObject, parseApiVersion } from '../../api/object.ts';
import type { FieldError } from '../../api/schema.ts';
import { ignoresHealth } from './assess-health.ts';
import type { CelCompiler, Predicate } from './evaluate-cel.ts';
import { degraded, progressing } from './health.ts';
import type { Health } from './health.ts';
import type { HealthCheck } from './health-checks.ts';
import { conditionOf } from './live-field.ts';

type Kind = { readonly apiVersion: string; readonly kind: string };

/** The health checks of one Application. */
export interface CustomRules {
  /** Whether objects of a kind are judged by one of them. */
  readonly covers: (kind: Kind) => boolean;
  /** Undefined where no check is about the kind. */
  readonly assess: (object: KubeObject) => Health | undefined;
  /** The same, and whether it is worth remembering. */
  readonly judge: (object: KubeObject) => Judgement | undefined;
}

/** What a check says of an object. */
export interface Judgement {
  readonly health: Health;
  /** It was stopped before it had an answer, which may be the machine's fault. */
  readonly isLate?: true;
}

/** Checks of nothing. */
const noCustomRules: CustomRules = { covers: () => false, assess: () => undefined, judge: () => undefined };

/** Every expression that cannot be compiled, by its place in the list. */
export function expressionErrors(checks: readonly HealthCheck[], cel: CelCompiler): readonly FieldError[] {
  return checks.flatMap((check, index) =>
    parts.flatMap((part): readonly FieldError[] => {
      const text = check[part];
      const compiled = text === undefined ? undefined : cel.compile(text);
      return compiled === undefined || typeof compiled === 'function' ? [] : [{ path: `[${index}].${part}`, message: compiled.problem }];
    }),
  );
}

/** In the order in which they are asked. */
const parts = ['inProgress', 'failed', 'current'] as const;

/** A check that has been compiled. It remembers nothing: several Applications may go by it. */
export interface CompiledCheck {
  readonly check: HealthCheck;
  readonly predicates: readonly { readonly of: (typeof parts)[number]; readonly holds: Predicate }[];
  /** It cannot be asked: nothing is healthy by it. */
  readonly problem?: string;
}

/** A check as one Application asks it. */
interface AskedCheck extends CompiledCheck {
  /** How often in a row it took too long, by object. */
  readonly late: Map<string, number>;
  problem?: string;
}

/** A check that is stopped so often in a row for one object is not asked any more: each time, all else stands still. */
const mostLate = 5;

function compile(check: HealthCheck, cel: CelCompiler): CompiledCheck {
  const predicates: { of: (typeof parts)[number]; holds: Predicate }[] = [];
  for (const part of parts) {
    const text = check[part];
    const compiled = text === undefined ? undefined : cel.compile(text);
    if (compiled === undefined) continue;
    if (typeof compiled !== 'function') return { check, predicates: [], problem: `the health check of ${check.kind ?? check.group} cannot be used: ${part}: ${compiled.problem}` };
    predicates.push({ of: part, holds: compiled });
  }
  return { check, predicates };
}

function isAbout({ group, kind }: HealthCheck, object: Kind): boolean {
  return parseApiVersion(object.apiVersion).group === group && (kind ?? object.kind) === object.kind;
}

/**
 * Flux's order: in progress, failed, current; where none of them holds, or one cannot be told yet (a status that is not there), it is in
 * progress.
 */
function judge({ predicates }: CompiledCheck, object: KubeObject): Judgement {
  const said = conditionOf(object, 'Ready')?.message ?? '';
  for (const { of, holds } of predicates) {
    const verdict = holds(object);
    if ('unknown' in verdict) {
      const health = progressing(`whether it is ${of === 'inProgress' ? 'in progress' : of} cannot be told yet: ${verdict.unknown}`);
      return verdict.isLate === true ? { health, isLate: true } : { health };
    }
    if (!verdict.is) continue;
    if (of === 'current') return { health: { status: 'Healthy', message: said } };
    return { health: of === 'failed' ? degraded(said === '' ? 'it has failed, by the health check of its kind' : said) : progressing(said) };
  }
  return { health: progressing(said === '' ? 'not yet current, by the health check of its kind' : said) };
}

/** Asks a check, unless it cannot be asked, or has been too slow too often. */
function ask(compiled: AskedCheck, object: KubeObject): Judgement {
  const { check, late } = compiled;
  if (compiled.problem !== undefined) return { health: degraded(compiled.problem) };
  const judgement = judge(compiled, object);
  const key = `${object.kind} ${formatKey(keyOf(object))}`;
  if (judgement.isLate !== true) {
    late.delete(key);
    return judgement;
  }
  const count = (late.get(key) ?? 0) + 1;
  late.set(key, count);
  if (count >= mostLate) compiled.problem = `the health check of ${check.kind ?? check.group} is too slow: it was stopped ${count} times in a row, and is not asked any more; make it simpler`;
  return judgement;
}

/** Compiles checks. One that is wrong speaks up where an object is judged by it. */
export function compileChecks(checks: readonly HealthCheck[], cel: CelCompiler): readonly CompiledCheck[] {
  return checks.map((check) => compile(check, cel));
}

/** The checks of one Application, of which the first that is about a kind counts. What is too slow for its objects is so for it alone. */
export function rulesOf(checks: readonly CompiledCheck[]): CustomRules {
  if (checks.length === 0) return noCustomRules;
  const asked = checks.map((check): AskedCheck => ({ ...check, late: new Map() }));
  const find = (object: Kind): AskedCheck | undefined => asked.find(({ check }) => isAbout(check, object));
  const judgeOne = (object: KubeObject): Judgement | undefined => {
    const found = find(object);
    if (found === undefined || ignoresHealth(object)) return undefined;
    return object.metadata.deletionTimestamp === undefined ? ask(found, object) : { health: progressing('Pending deletion') };
  };
  return { covers: (kind) => find(kind) !== undefined, assess: (object) => judgeOne(object)?.health, judge: judgeOne };
}
