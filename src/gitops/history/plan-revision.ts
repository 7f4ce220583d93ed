import { createHash } from 'node:crypto';
import type { Plan, RenderedObject, TaintedPath } from '../plan/plan.ts';

function withoutPath(value: unknown, path: TaintedPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return null;
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? withoutPath(item, rest) : item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, name === step ? withoutPath(item, rest) : item]));
}

/** The object without what came from Secrets: no hash of a secret value is ever written anywhere. */
function untainted({ object, taint }: RenderedObject): unknown {
  return taint.reduce<unknown>((value, path) => withoutPath(value, path), object);
}

/**
 * The revision to put on record: the commit, or for files that are not committed a name for their content, so that a second
 * run over the same files finds nothing to do.
 */
export function revisionOf(plan: Plan): string {
  if (plan.revision !== 'worktree') return plan.revision;
  const hash = createHash('sha256');
  for (const { name, objects } of plan.phases) hash.update(JSON.stringify([name, objects.map(untainted)]));
  return `worktree-${hash.digest('hex').slice(0, 12)}`;
}
