import { declaredObjects } from './barrier/declared.ts';
import { producerKinds } from './barrier/producer-kinds.ts';
import { formatRef, type ObjectRef, refKey, refOf } from './object/object-ref.ts';
import { applyObjects, preparePhase, summarise } from './phase/apply-phase.ts';
import { maskObject } from '../plan/mask-object.ts';
import type { RenderedObject } from '../plan/plan.ts';
import { selectObjects } from './select-objects.ts';
import { phaseObjects } from './sync-run.ts';
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
  const message = missingOf(run, refs.filter((ref) => !only(ref)));
  return message === undefined ? undefined : { kind: 'refused', phase: stop.phase, message: `${stop.message}; ${message}` };
}

function missingOf({ outcomes }: SyncRun, refs: readonly ObjectRef[]): string | undefined {
  const missing = refs.filter((ref) => outcomes.get(refKey(ref))?.status === 'OutOfSync');
  if (missing.length === 0) return undefined;
  const [is, it] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${summarise(missing.map(formatRef))} ${is} not in the cluster as this revision declares ${it}, and ${is} no part of the request: select ${it}, too, or sync everything`;
}

/**
 * Compares what declares the Secrets that are needed by what is selected, and is not selected itself. Somebody may have declared one of them
 * otherwise: then it is ready with other values, and the barrier would open for those.
 * @returns why nothing may be written; undefined where all of them are as the revision declares them
 */
export async function notAsDeclared(run: SyncRun, only: (ref: ObjectRef) => boolean): Promise<Stop | undefined> {
  const { plan, values } = run;
  const makers = new Set(selectObjects(plan, only).needs.flatMap(({ namespace, resolution }) => (resolution.state === 'missing' || resolution.by === undefined ? [] : [`${resolution.by.kind} ${namespace}/${resolution.by.name}`])));
  const isNeeded = ({ object: { kind, metadata } }: RenderedObject): boolean => makers.has(`${kind} ${metadata.namespace ?? plan.namespace}/${metadata.name}`);
  const objects = phaseObjects(plan, 'secrets').filter((one) => (one.holdsValues !== true || values !== undefined) && isNeeded(one) && producerKinds.some(({ isOne }) => isOne(one.object)));
  const prepared = await preparePhase(run, 'secrets', objects);
  // a kind that is not served is told of where it is compared with all others
  if ('kind' in prepared) return undefined;
  const others = prepared.filter(({ ref }) => !only(ref));
  const failed = await applyObjects({ ...run, options: { ...run.options, mode: 'compare' } }, 'secrets', others);
  if (failed !== undefined) return failed;
  const message = missingOf(run, others.map(({ ref }) => ref));
  return message === undefined ? undefined : { kind: 'refused', phase: 'barrier', message };
}
