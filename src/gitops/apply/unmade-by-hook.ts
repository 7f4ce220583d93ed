import { readSecretFact, secretName } from './barrier/secret-facts.ts';
import { summarise } from './phase/apply-phase.ts';
import { runAll } from './run-all.ts';
import { selectObjects } from './select-objects.ts';
import type { Stop, SyncRun } from './sync-run.ts';

/**
 * Why a sync that runs no hooks would wait for ever: a Secret that only a hook makes is needed, and is not there. Undefined where it may go on
 * waiting.
 */
export async function unmadeByHook(run: SyncRun, stop: Stop): Promise<Stop | undefined> {
  const { mode, skipHooks, only } = run.options;
  if (stop.kind !== 'waiting' || stop.isForSecrets !== true || mode !== 'sync' || (skipHooks !== true && only === undefined)) return undefined;
  const { needs } = only === undefined ? run.plan : selectObjects(run.plan, only);
  const made = needs.flatMap(({ namespace, secret, resolution }) => (resolution.state === 'missing' || resolution.by?.atRuntime?.isHook !== true ? [] : [{ key: { namespace, name: secret }, by: `${resolution.by.kind} ${resolution.by.name}` }]));
  const found = await runAll(run, made, async ({ key, by }) => ((await readSecretFact(run, key)) === undefined ? [`Secret ${secretName(key)} is made by a hook, ${by}`] : []));
  const unmade = [...new Set(found.flat())];
  return unmade.length === 0 ? undefined : { kind: 'refused', phase: stop.phase, message: `${summarise(unmade)}, and this sync runs none: sync everything, with hooks` };
}
