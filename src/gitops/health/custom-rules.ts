import { type KubeObject, parseApiVersion } from '../../api/object.ts';
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
}

/** Checks of nothing. */
export const noCustomRules: CustomRules = { covers: () => false, assess: () => undefined };

interface Compiled {
  readonly check: HealthCheck;
  readonly predicates: readonly { readonly of: 'inProgress' | 'failed' | 'current'; readonly holds: Predicate }[];
  /** It cannot be asked: nothing is healthy by it. */
  readonly problem?: string;
}

function compile(check: HealthCheck, cel: CelCompiler): Compiled {
  const predicates: { of: 'inProgress' | 'failed' | 'current'; holds: Predicate }[] = [];
  for (const part of ['inProgress', 'failed', 'current'] as const) {
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
function judge({ predicates, problem }: Compiled, object: KubeObject): Health {
  if (problem !== undefined) return degraded(problem);
  const said = conditionOf(object, 'Ready')?.message ?? '';
  for (const { of, holds } of predicates) {
    const verdict = holds(object);
    if ('unknown' in verdict) return progressing(`whether it is ${of === 'inProgress' ? 'in progress' : of} cannot be told yet: ${verdict.unknown}`);
    if (!verdict.is) continue;
    if (of === 'current') return { status: 'Healthy', message: said };
    return of === 'failed' ? degraded(said === '' ? 'it has failed, by the health check of its Application' : said) : progressing(said);
  }
  return progressing(said === '' ? 'not yet current, by the health check of its Application' : said);
}

/** Compiles the checks of an Application. One that is wrong speaks up where an object is judged by it. */
export function compileRules(checks: readonly HealthCheck[], cel: CelCompiler): CustomRules {
  const compiled = checks.map((check) => compile(check, cel));
  const find = (object: Kind): Compiled | undefined => compiled.find(({ check }) => isAbout(check, object));
  return {
    covers: (kind) => find(kind) !== undefined,
    assess: (object) => {
      const found = find(object);
      if (found === undefined || ignoresHealth(object)) return undefined;
      return object.metadata.deletionTimestamp === undefined ? judge(found, object) : progressing('Pending deletion');
    },
  };
}
