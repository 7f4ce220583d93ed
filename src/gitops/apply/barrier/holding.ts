import { refKey } from '../object/object-ref.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import type { SyncRun } from '../sync-run.ts';
import { gateIdentity, needsIdentity } from './gate-identity.ts';

/** The objects that were let through for the target, by `passOf`. */
export function letThrough({ deps: { memory }, options: { target } }: Pick<SyncRun, 'deps' | 'options'>): Set<string> {
  if (memory.letThrough?.target !== target) memory.letThrough = { target, objects: new Set() };
  return memory.letThrough.objects;
}

/** What an object is let through as: with other needs, or with something else that is declared to make them, it waits again. */
export function passOf({ plan }: SyncRun, { ref, awaits = [] }: PreparedObject): string {
  return `${refKey(ref)} ${needsIdentity(awaits)} ${gateIdentity(plan)}`;
}

/** Whether a pass brings a revision in, or brings it in anew. */
export function bringsIn({ options: { mode, target }, deps: { memory } }: SyncRun): boolean {
  return mode === 'sync' || (mode === 'heal' && memory.rebuilding === target);
}

/** Whether what is needed is awaited in a pass: also where a revision is healed after something was declared for another one. */
export function awaitsNeeds(run: SyncRun): boolean {
  return bringsIn(run) || (run.options.mode === 'heal' && run.options.isTouched === true);
}

/** Whether a pass holds anything back. Nothing runs on a cluster that only records. */
export function isHeldAtAll(run: SyncRun): boolean {
  return run.deps.cluster.kind !== 'recorded' && awaitsNeeds(run);
}
