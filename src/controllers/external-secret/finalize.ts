import type { ExternalSecret } from '../../api/external-secret.ts';
import { externalSecretEvents, externalSecretFinalizer, statusFieldManager } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { externalSecretType } from '../../kube/resource-types.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import { targetName } from '../../secret/provides.ts';
import type { ActOptions } from './act.ts';
import { deleteControlled } from './act.ts';
import { deleteManifest } from './generic/apply-manifest.ts';
import type { ExternalSecretEntry, ObserveOptions } from './observe.ts';

export interface FinalizeOptions extends ActOptions, Pick<ObserveOptions, 'targets'> {
  /** There is no status left that could tell what has not been done. */
  readonly events: EventSink;
}

/** Whether the deletion of an ExternalSecret waits for us: External Secrets has put its finalizer there. */
export function isHeldBack({ metadata }: ExternalSecretEntry): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(externalSecretFinalizer) === true;
}

/**
 * Lets an ExternalSecret go that is being deleted. With deletionPolicy Delete its Secret goes first, as External Secrets has it; in all
 * other cases the garbage collector removes what is owned, and the rest stays. So it does where we may not delete: an event says so, and
 * nobody waits for a right that does not come.
 * @throws KubeError
 */
export async function finalize(entry: ExternalSecretEntry, options: FinalizeOptions, signal: AbortSignal): Promise<void> {
  const { parsed } = entry;
  const isDone = !parsed.ok || parsed.value.spec.deletionPolicy !== 'Delete' || (await clearTarget(entry, parsed.value, options, signal));
  if (isDone) await release(entry, options, signal);
}

/** Answers whether that is done with, be it because it may not be done. */
async function clearTarget(entry: ExternalSecretEntry, externalSecret: ExternalSecret, options: FinalizeOptions, signal: AbortSignal): Promise<boolean> {
  const { manifest } = externalSecret.spec;
  try {
    if (manifest !== undefined) return await deleteObject(externalSecret, options, signal);
    await deleteControlled(externalSecret, options, signal);
  } catch (error) {
    if (!isKubeError(error, 'denied')) throw error;
    const message = `${manifest?.kind ?? 'Secret'} "${targetName(externalSecret)}" may not be deleted by this controller: it goes with its ExternalSecret where that owns it, and stays where it does not`;
    options.events.record(entry, { type: 'Warning', reason: externalSecretEvents.failed, message });
  }
  return true;
}

/** Deletes a target that is no Secret, if it is ours. Answers whether that is done with: a kind that is being looked up wakes us. */
async function deleteObject(externalSecret: ExternalSecret, options: FinalizeOptions, signal: AbortSignal): Promise<boolean> {
  const { manifest } = externalSecret.spec;
  const kind = manifest === undefined ? undefined : options.targets?.stateOf(manifest);
  if (kind?.state === 'watched') await deleteManifest(externalSecret, kind.type, targetName(externalSecret), options, signal);
  return kind?.state !== 'pending';
}

/** Takes the finalizer off, and nobody else's. We put none there: what an ExternalSecret owns is the garbage collector's. */
async function release(entry: ExternalSecretEntry, { cluster, writes }: ActOptions, signal: AbortSignal): Promise<void> {
  const live = await cluster.get(externalSecretType, keyOf(entry), signal);
  if (live === undefined || live.metadata.uid !== entry.metadata.uid) return;
  const finalizers = (live.metadata.finalizers ?? []).filter((name) => name !== externalSecretFinalizer);
  if (finalizers.length === live.metadata.finalizers?.length) return;
  const object: KubeObject = { ...live, metadata: { ...live.metadata, finalizers } };
  await writes.run(() => cluster.update(externalSecretType, object, { fieldManager: statusFieldManager }, signal), signal);
}
