import { declaredObjects } from './barrier/declared.ts';
import { formatRef, type ObjectRef, refKey, refOf } from './object/object-ref.ts';
import { summarise } from './phase/apply-phase.ts';
import { maskObject } from '../plan/mask-object.ts';
import type { RenderedObject } from '../plan/plan.ts';
import { selectObjects } from './select-objects.ts';
import type { Stop, SyncRun } from './sync-run.ts';
import { reach } from './values/first-pass.ts';

/** What makes the Secrets that are needed by what is selected, and all that this refers to. */
function makingNeeded({ plan, values }: SyncRun, only: (ref: ObjectRef) => boolean): ReadonlySet<RenderedObject> {
  // what holds a placeholder is compared with nothing, and a value is no name; with which key an object of SOPS opens is asked for as it is written
  const known = declaredObjects(plan).filter(({ holdsValues }) => holdsValues !== true || values !== undefined);
  return reach(known.map((rendered) => ({ object: maskObject(rendered), origin: rendered.origin, taint: [] })), selectObjects(plan, only).needs.map(({ secret }) => secret));
}

/**
 * Why a selective sync that waits for Secrets would wait for ever: something that has a part in making those is not in the cluster as the
 * revision declares it, and is not selected, so nobody will write it before that sync is over. Undefined where it may go on waiting.
 * @param run whose objects have all been compared
 */
export function leftOut(run: SyncRun, only: (ref: ObjectRef) => boolean, stop: Stop): Stop | undefined {
  if (stop.kind !== 'waiting' || (stop.phase !== 'barrier' && stop.isForSecrets !== true)) return undefined;
  const refs = Array.from(makingNeeded(run, only), ({ object }) => refOf(object));
  const missing = refs.filter((ref) => !only(ref) && run.outcomes.get(refKey(ref))?.status === 'OutOfSync');
  if (missing.length === 0) return undefined;
  const [is, it] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return { kind: 'refused', phase: stop.phase, message: `${stop.message}; ${summarise(missing.map(formatRef))} ${is} not in the cluster as this revision declares ${it}, and ${is} no part of the request: select ${it}, too, or sync everything` };
}
