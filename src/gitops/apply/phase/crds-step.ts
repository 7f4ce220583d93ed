import { applyObjects, preparePhase } from './apply-phase.ts';
import { awaitHealth } from './await-health.ts';
import { askAgain, phaseObjects, say } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';

/** How long a CustomResourceDefinition may take to be served, in milliseconds. It is a matter of seconds. */
const establishWithin = 60_000;
const waitKey = 'crds';

/** Applies CustomResourceDefinitions, waits until they are established, and asks anew what the cluster serves. */
export async function crdsStep(run: SyncRun): Promise<Stop | undefined> {
  const rendered = phaseObjects(run.plan, 'crds');
  if (rendered.length === 0) return undefined;
  const { clock, memory, cluster } = run.deps;
  const prepared = await preparePhase(run, 'crds', rendered);
  if ('kind' in prepared) return prepared;
  const stop = await applyObjects(run, 'crds', prepared);
  if (run.options.mode !== 'compare') askAgain(run);
  if (stop !== undefined || run.options.mode === 'compare') return stop;

  const pending = await awaitHealth(run, 'crds', prepared);
  if (pending === undefined) {
    if (memory.waits.delete(waitKey)) await cluster.discover(run.signal, { fresh: true });
    say(run, { phase: 'crds', kind: 'done', message: 'established' });
    return undefined;
  }
  const since = memory.waits.get(waitKey) ?? clock.monotonic();
  memory.waits.set(waitKey, since);
  if (pending.kind === 'waiting' && clock.monotonic() - since > establishWithin) {
    memory.waits.delete(waitKey);
    return { kind: 'failed', phase: 'crds', message: `${pending.message}, for more than ${establishWithin / 1000} s` };
  }
  return pending;
}
