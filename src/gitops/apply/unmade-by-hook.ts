import type { ObjectKey } from '../../api/object.ts';
import type { Plan, ResolvedNeed } from '../plan/plan.ts';
import { isOwnHook } from './barrier/held-back.ts';
import { readSecretFact, secretName } from './barrier/secret-facts.ts';
import { summarise } from './phase/apply-phase.ts';
import { runAll } from './run-all.ts';
import { selectObjects } from './select-objects.ts';
import type { Stop, SyncRun } from './sync-run.ts';

/** What of a need only a hook of the plan makes, for people; undefined where something else may. */
function madeByHook(plan: Plan, { namespace, secret, key, resolution }: ResolvedNeed): { readonly key: Required<ObjectKey>; readonly entry: string | undefined; readonly by: string } | undefined {
  const by = resolution.state === 'missing' ? undefined : resolution.by;
  if (by?.atRuntime?.isHook !== true || !isOwnHook(plan, { ...by, atRuntime: by.atRuntime })) return undefined;
  return { key: { namespace, name: secret }, entry: key, by: `${by.kind} ${by.name}` };
}

/**
 * Why a request about a part, which runs no hooks, would wait for ever: it needs what only a hook makes, and that is not there. Undefined where
 * it may go on waiting.
 */
export async function unmadeByHook(run: SyncRun, stop: Stop): Promise<Stop | undefined> {
  const { mode, only } = run.options;
  if (stop.kind !== 'waiting' || stop.isForSecrets !== true || mode !== 'sync' || only === undefined) return undefined;
  const made = selectObjects(run.plan, only).needs.flatMap((need) => madeByHook(run.plan, need) ?? []);
  const found = await runAll(run, made, async ({ key, entry, by }) => {
    const fact = await readSecretFact(run, key);
    const isThere = fact !== undefined && (entry === undefined || fact.keys.has(entry));
    return isThere ? [] : [`${entry === undefined ? '' : `key ${entry} of `}Secret ${secretName(key)} is made by a hook, ${by}`];
  });
  const unmade = [...new Set(found.flat())];
  return unmade.length === 0 ? undefined : { kind: 'refused', phase: stop.phase, message: `${summarise(unmade)}, and a request about a part runs none: sync everything` };
}
