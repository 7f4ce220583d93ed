import { applyObjects, preparePhase } from './apply-phase.ts';
import { awaitHealth } from './await-health.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { phaseObjects, say } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';

/** The waves in their order; within one, objects keep the plan's. */
export function wavesOf(objects: readonly PreparedObject[]): readonly (readonly PreparedObject[])[] {
  const waves = new Map<number, PreparedObject[]>();
  for (const object of objects) {
    const wave = waves.get(object.wave);
    if (wave === undefined) waves.set(object.wave, [object]);
    else wave.push(object);
  }
  return [...waves].toSorted(([a], [b]) => a - b).map(([, wave]) => wave);
}

/**
 * Applies wave after wave; the next one waits until this one is healthy. The last wave is waited for only where something
 * comes after it, as in Argo CD: PostSync hooks, or deletions.
 * @param more whether something comes after the waves
 */
export async function wavesStep(run: SyncRun, more: boolean): Promise<Stop | undefined> {
  const rendered = phaseObjects(run.plan, 'waves');
  if (rendered.length === 0) return undefined;
  say(run, { phase: 'waves', kind: 'started', message: `${rendered.length} ${rendered.length === 1 ? 'object' : 'objects'}` });
  const prepared = await preparePhase(run, 'waves', rendered);
  if ('kind' in prepared) return prepared;
  const { mode } = run.options;
  const waves = wavesOf(prepared);
  for (const [index, wave] of waves.entries()) {
    const stop = await applyObjects(run, 'waves', wave);
    if (stop !== undefined && mode !== 'compare') return stop;
    const isLast = index === waves.length - 1;
    // what has drifted is put back at once, wherever it stands: its wave has passed
    const pending = mode === 'sync' && (!isLast || more) ? await awaitHealth(run, 'waves', wave) : undefined;
    if (pending !== undefined) return pending;
    if (mode === 'sync' && waves.length > 1 && !isLast) say(run, { phase: 'waves', kind: 'done', message: `wave ${wave[0]?.wave ?? 0} is healthy` });
  }
  say(run, { phase: 'waves', kind: 'done', message: 'applied' });
  return undefined;
}
