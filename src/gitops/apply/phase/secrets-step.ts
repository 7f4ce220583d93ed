import { phaseObjects, say } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';
import { applyInTurn } from './apply-awaiting.ts';
import { preparePhase } from './apply-phase.ts';

/** Applies what makes Secrets. What of it runs, and was lifted here, waits for its own needs, one by one: the barrier does not stand before it. */
export async function secretsStep(run: SyncRun): Promise<Stop | undefined> {
  const objects = phaseObjects(run.plan, 'secrets');
  if (objects.length === 0) return undefined;
  say(run, { phase: 'secrets', kind: 'started', message: `${objects.length} ${objects.length === 1 ? 'object' : 'objects'}` });
  const prepared = await preparePhase(run, 'secrets', objects);
  if ('kind' in prepared) return prepared;
  const stop = await applyInTurn(run, 'secrets', prepared);
  if (stop === undefined) say(run, { phase: 'secrets', kind: 'done', message: 'applied' });
  return stop;
}
