import type { ExternalSecret } from '../../api/external-secret.ts';
import { externalSecretFinalizer, statusFieldManager } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import { externalSecretType } from '../../kube/resource-types.ts';
import { targetName } from '../../secret/provides.ts';
import type { ActOptions } from './act.ts';
import { deleteControlled } from './act.ts';
import { deleteManifest } from './generic/apply-manifest.ts';
import type { ExternalSecretEntry, ObserveOptions } from './observe.ts';

type FinalizeOptions = ActOptions & Pick<ObserveOptions, 'targets'>;

/** Whether the deletion of an ExternalSecret waits for us: External Secrets has put its finalizer there. */
export function isHeldBack({ metadata }: ExternalSecretEntry): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(externalSecretFinalizer) === true;
}

/**
 * Lets an ExternalSecret go that is being deleted. With deletionPolicy Delete its Secret goes first, as External Secrets has it; in all
 * other cases the garbage collector removes what is owned, and the rest stays.
 * @throws KubeError
 */
export async function finalize(entry: ExternalSecretEntry, options: FinalizeOptions, signal: AbortSignal): Promise<void> {
  const { parsed } = entry;
  const isDeleted = parsed.ok && parsed.value.spec.deletionPolicy === 'Delete';
  if (isDeleted && parsed.value.spec.manifest === undefined) await deleteControlled(parsed.value, options, signal);
  else if (isDeleted && !(await deleteObject(parsed.value, options, signal))) return;
  await release(entry, options, signal);
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
