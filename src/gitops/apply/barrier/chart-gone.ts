import { liveObject } from '../object/live-view.ts';
import { keyOfRef, refKey } from '../object/object-ref.ts';
import { preparePhase } from '../phase/apply-phase.ts';
import { chartObjects } from '../phase/chart-objects.ts';
import type { SyncRun } from '../sync-run.ts';

/**
 * Whether nothing of the revision's chart lives: its namespace was deleted, say. Then it is brought in as if it were new,
 * barrier included; as long as something of it lives, what has drifted is put back at once.
 */
export async function isChartGone(run: SyncRun): Promise<boolean> {
  const { cluster, live, memory } = run.deps;
  const prepared = await preparePhase(run, 'waves', (await chartObjects(run)).served);
  if ('kind' in prepared) return true;
  for (const object of prepared) {
    const seen = live.look(object.type, keyOfRef(object.ref));
    if (typeof seen === 'object') return false;
    if (seen === 'absent' && !memory.applied.has(refKey(object.ref))) continue;
    const found = await cluster.get(object.type, keyOfRef(object.ref), run.signal, { metadataOnly: true });
    if (found !== undefined && liveObject(found, false).instance === run.options.instance) return false;
  }
  return true;
}
