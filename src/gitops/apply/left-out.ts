import { declaredObjects } from './barrier/declared.ts';
import { formatRef, type ObjectRef, refKey, refOf } from './object/object-ref.ts';
import { summarise } from './phase/apply-phase.ts';
import type { Stop, SyncRun } from './sync-run.ts';

/**
 * Why a selective sync that waits for Secrets would wait for ever: something that has a part in making Secrets is not in the cluster as the
 * revision declares it, and is not selected, so nobody will write it before that sync is over. Undefined where it may go on waiting.
 * @param run whose objects have all been compared
 */
export function leftOut(run: SyncRun, only: (ref: ObjectRef) => boolean, stop: Stop): Stop | undefined {
  if (stop.kind !== 'waiting' || (stop.phase !== 'barrier' && stop.isForSecrets !== true)) return undefined;
  const refs = declaredObjects(run.plan).flatMap(({ object, holdsValues }) => (holdsValues === true ? [] : [refOf(object)]));
  const missing = refs.filter((ref) => !only(ref) && run.outcomes.get(refKey(ref))?.status === 'OutOfSync');
  if (missing.length === 0) return undefined;
  const [is, it] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return { kind: 'refused', phase: stop.phase, message: `${stop.message}; ${summarise(missing.map(formatRef))} ${is} not in the cluster as this revision declares ${it}, and ${is} no part of the request: select ${it}, too, or sync everything` };
}
