import type { ExternalSecret } from '../../api/external-secret.ts';
import { externalSecretEvents } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import { KubeError, isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { Semaphore } from '../../lib/semaphore.ts';
import type { EventNote } from '../../runtime/outcome.ts';
import type { DesiredSecret } from '../../secret/desired-secret.ts';
import { driftOf } from '../../secret/drift.ts';
import { secretFieldManager } from '../../secret/field-manager.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { liveSecret } from '../../secret/live-secret.ts';
import { ownershipOf, ownershipProblem } from '../../secret/ownership.ts';
import { targetName } from '../../secret/provides.ts';
import { newSecret, updatedSecret } from '../../secret/secret-object.ts';

/** What came of bringing a Secret in line. `refused` left it as it was. */
export type Applied =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'written'; readonly live: LiveSecret; readonly event: EventNote }
  | { readonly kind: 'refused'; readonly message: string };

export interface ActOptions {
  readonly cluster: Pick<Cluster, 'create' | 'update' | 'get' | 'delete'>;
  /** Bounds the writes of all objects together. */
  readonly writes: Semaphore;
}

/** Everything an attempt needs; `live` is what is known of the Secret, which may be out of date. */
interface Attempt {
  readonly externalSecret: ExternalSecret;
  readonly desired: DesiredSecret;
  readonly live: LiveSecret | undefined;
}

/** Others may write at the same moment; whoever loses that often has lost to a loop. */
const mostAttempts = 3;

/**
 * Brings the Secret in line with `desired`. It is created without looking, so that a new one costs one write and no read; where
 * one is there already it is read, and touched only if it is ours. Each update carries the resourceVersion it was decided on.
 * @throws KubeError
 */
export async function applySecret(start: Attempt, options: ActOptions, signal: AbortSignal): Promise<Applied> {
  let attempt = start;
  for (let count = 0; count < mostAttempts; count += 1) {
    try {
      return await applyOnce(attempt, options, signal);
    } catch (error) {
      if (!isKubeError(error, 'exists', 'conflict', 'absent')) throw error;
      // a Secret cannot be created in a namespace that is not there
      if (isKubeError(error, 'absent') && attempt.live === undefined) throw error;
    }
    const found = await readLive(attempt, options, signal);
    if (found.kind === 'refused') return found;
    attempt = { ...attempt, live: found.live };
  }
  throw new KubeError('conflict', `Secret "${start.desired.name}" is changed by somebody else at the same time`);
}

async function applyOnce({ externalSecret, desired, live }: Attempt, { cluster, writes }: ActOptions, signal: AbortSignal): Promise<Applied> {
  const manager = { fieldManager: secretFieldManager(externalSecret.metadata.name) };
  if (live === undefined) {
    const created = await writes.run(() => cluster.create(secretType, newSecret(desired), manager, signal), signal);
    return written(created, externalSecretEvents.created, 'secret created');
  }
  const problem = ownershipProblem(desired.name, ownershipOf(live, externalSecret));
  if (problem !== undefined) return { kind: 'refused', message: problem };

  const drift = driftOf(live, desired);
  if (drift.kind === 'none') return { kind: 'unchanged' };
  if (drift.kind === 'blocked') return { kind: 'refused', message: drift.message };
  const updated = await writes.run(() => cluster.update(secretType, updatedSecret(live, desired), manager, signal), signal);
  return written(updated, externalSecretEvents.updated, 'secret updated');
}

function written(object: KubeObject, reason: string, message: string): Applied {
  return { kind: 'written', live: liveSecret(object), event: { type: 'Normal', reason, message } };
}

/** Why the target may not be written, by its metadata alone; undefined where it is ours or not there. */
export async function findRefusal(externalSecret: ExternalSecret, { cluster }: Pick<ActOptions, 'cluster'>, signal: AbortSignal): Promise<string | undefined> {
  const key = { namespace: externalSecret.metadata.namespace ?? '', name: targetName(externalSecret) };
  const head = await cluster.get(secretType, key, signal, { metadataOnly: true });
  return head === undefined ? undefined : ownershipProblem(key.name, ownershipOf(head, externalSecret));
}

/** Reads the Secret as it is now, but only if it is ours: values of others are none of our business. */
async function readLive(
  { externalSecret, desired }: Attempt,
  options: ActOptions,
  signal: AbortSignal,
): Promise<{ readonly kind: 'read'; readonly live: LiveSecret | undefined } | { readonly kind: 'refused'; readonly message: string }> {
  const message = await findRefusal(externalSecret, options, signal);
  if (message !== undefined) return { kind: 'refused', message };
  const whole = await options.cluster.get(secretType, { namespace: desired.namespace, name: desired.name }, signal);
  return { kind: 'read', live: whole === undefined ? undefined : liveSecret(whole) };
}

/**
 * Deletes Secrets made under earlier target names, each only as it was seen. Who may not delete Secrets leaves them and says so:
 * they go with their ExternalSecret.
 */
export async function deleteOrphans(orphans: readonly LiveSecret[], options: ActOptions, signal: AbortSignal): Promise<readonly EventNote[]> {
  const notes: EventNote[] = [];
  for (const orphan of orphans) {
    const message = await deleteOrphan(orphan, options, signal);
    if (message !== undefined) notes.push({ type: 'Normal', reason: externalSecretEvents.deleted, message });
  }
  return notes;
}

async function deleteOrphan({ metadata }: LiveSecret, { cluster, writes }: ActOptions, signal: AbortSignal): Promise<string | undefined> {
  const { namespace = '', name, uid, resourceVersion } = metadata;
  const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  try {
    const deleted = await writes.run(() => cluster.delete(secretType, { namespace, name }, preconditions, signal), signal);
    return deleted ? `secret "${name}" deleted because it was orphaned` : undefined;
  } catch (error) {
    if (isKubeError(error, 'denied')) return `secret "${name}" is orphaned and may not be deleted by this controller: delete it`;
    throw error;
  }
}
