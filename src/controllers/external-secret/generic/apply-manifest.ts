import type { ExternalSecret } from '../../../api/external-secret.ts';
import { externalSecretEvents } from '../../../api/names.ts';
import type { KubeObject } from '../../../api/object.ts';
import { isKubeError, KubeError } from '../../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../../kube/port.ts';
import type { Semaphore } from '../../../lib/semaphore.ts';
import type { EventNote } from '../../../runtime/outcome.ts';
import { secretFieldManager } from '../../../secret/field-manager.ts';
import type { DesiredManifest } from '../../../secret/manifest/desired-manifest.ts';
import { deletionProblem, manifestDrift, manifestProblem, newManifest, updatedManifest } from '../../../secret/manifest/desired-manifest.ts';

/** What came of bringing an object in line. `missing`: it is to be merged into, and is not there; `refused` left it as it was. */
export type AppliedManifest =
  | { readonly kind: 'unchanged'; readonly object: KubeObject }
  | { readonly kind: 'written'; readonly object: KubeObject; readonly event: EventNote }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly message: string };

export interface ManifestOptions {
  readonly cluster: Pick<Cluster, 'create' | 'update' | 'get' | 'delete'>;
  /** Bounds the writes of all objects together. */
  readonly writes: Semaphore;
}

export interface ManifestAttempt {
  readonly externalSecret: ExternalSecret;
  readonly type: ResourceType;
  readonly desired: DesiredManifest;
}

/** Others may write at the same moment; whoever loses that often has lost to a loop. */
const mostAttempts = 3;

/**
 * Brings an object that is no Secret in line with what is wanted. It is read first, and touched only if it is ours or is to be merged into;
 * each update carries the resourceVersion it was decided on.
 * @throws KubeError
 */
export async function applyManifest(attempt: ManifestAttempt, options: ManifestOptions, signal: AbortSignal): Promise<AppliedManifest> {
  const { namespace, name, kind } = attempt.desired;
  for (let count = 0; count < mostAttempts; count += 1) {
    const live = await options.cluster.get(attempt.type, { namespace, name }, signal);
    try {
      return await applyOnce(live, attempt, options, signal);
    } catch (error) {
      if (!isKubeError(error, 'exists', 'conflict')) throw error;
    }
  }
  throw new KubeError('conflict', `${kind.kind} "${name}" is changed by somebody else at the same time`);
}

async function applyOnce(live: KubeObject | undefined, { externalSecret, type, desired }: ManifestAttempt, { cluster, writes }: ManifestOptions, signal: AbortSignal): Promise<AppliedManifest> {
  const manager = { fieldManager: secretFieldManager(externalSecret.metadata.name), holdsValues: true };
  if (live === undefined) {
    if (externalSecret.spec.creationPolicy === 'Merge') return { kind: 'missing' };
    const created = await writes.run(() => cluster.create(type, newManifest(desired), manager, signal), signal);
    return { kind: 'written', object: created, event: note(externalSecretEvents.created, desired, 'created') };
  }
  const message = manifestProblem(live, externalSecret);
  if (message !== undefined) return { kind: 'refused', message };
  if (manifestDrift(live, desired).length === 0) return { kind: 'unchanged', object: live };
  const updated = await writes.run(() => cluster.update(type, updatedManifest(live, desired), manager, signal), signal);
  return { kind: 'written', object: updated, event: note(externalSecretEvents.updated, desired, 'updated') };
}

function note(reason: string, { kind, name }: DesiredManifest, what: string): EventNote {
  return { type: 'Normal', reason, message: `${kind.kind} "${name}" ${what}` };
}

/** Deletes an object if this ExternalSecret owns it or has made it, and only as it was when that was found out. */
export async function deleteManifest(externalSecret: ExternalSecret, type: ResourceType, name: string, { cluster, writes }: ManifestOptions, signal: AbortSignal): Promise<{ readonly kind: 'deleted' | 'absent' } | { readonly kind: 'refused'; readonly message: string }> {
  const key = { namespace: externalSecret.metadata.namespace ?? '', name };
  for (let count = 0; count < mostAttempts; count += 1) {
    const live = await cluster.get(type, key, signal, { metadataOnly: true });
    if (live === undefined) return { kind: 'absent' };
    const message = deletionProblem({ kind: type.kind, metadata: live.metadata }, externalSecret);
    if (message !== undefined) return { kind: 'refused', message };
    const { uid, resourceVersion } = live.metadata;
    try {
      const deleted = await writes.run(() => cluster.delete(type, key, { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) }, signal), signal);
      return { kind: deleted ? 'deleted' : 'absent' };
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
    }
  }
  throw new KubeError('conflict', `${type.kind} "${name}" is changed by somebody else at the same time`);
}
