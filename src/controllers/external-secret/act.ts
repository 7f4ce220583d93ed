import type { ExternalSecret } from '../../api/external-secret.ts';
import { externalSecretEvents, managedLabel } from '../../api/names.ts';
import type { ObjectMeta } from '../../api/object.ts';
import { KubeError, isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import type { Semaphore } from '../../lib/semaphore.ts';
import type { EventNote } from '../../runtime/outcome.ts';
import type { DesiredSecret } from '../../secret/desired-secret.ts';
import { keptSecret, mergedSecret } from '../../secret/desired-secret.ts';
import { driftOf } from '../../secret/drift.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { liveSecret, secretValues } from '../../secret/live-secret.ts';
import { ownershipProblem } from '../../secret/ownership.ts';
import { targetName } from '../../secret/provides.ts';
import { newSecret, updatedSecret } from '../../secret/secret-object.ts';

/** What came of bringing a Secret in line. */
export type Applied =
  | { readonly kind: 'unchanged'; readonly live: LiveSecret }
  /** `isOurs`: something of ours had changed, or was new; otherwise it only follows what others have put there. */
  | { readonly kind: 'written'; readonly live: LiveSecret; readonly desired: DesiredSecret; readonly isOurs: boolean; readonly event: EventNote }
  | Refused
  /** There is no Secret to merge into. */
  | { readonly kind: 'missing' };

/** It was left as it was. */
interface Refused {
  readonly kind: 'refused';
  readonly message: string;
}

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
  /** What it holds just now, for as long as the attempt takes; needed to merge. */
  readonly values?: DesiredSecret['data'];
}

/** Others may write at the same moment; whoever loses that often has lost to a loop. */
const mostAttempts = 3;

/**
 * Brings the Secret in line with `desired`. It is created without looking, so that a new one costs one write and no read; where
 * one is there already it is read, and touched only if the policy lets it. Each update carries the resourceVersion it was decided on.
 * @throws KubeError
 */
export async function applySecret(start: Attempt, options: ActOptions, signal: AbortSignal): Promise<Applied> {
  let attempt: Attempt | Refused = mustLookFirst(start) ? await readLive(start, options, signal) : start;
  for (let count = 0; count < mostAttempts; count += 1) {
    if ('kind' in attempt) return attempt;
    try {
      return await applyOnce(attempt, options, signal);
    } catch (error) {
      if (!isKubeError(error, 'exists', 'conflict', 'absent')) throw error;
      // a Secret cannot be created in a namespace that is not there
      if (isKubeError(error, 'absent') && attempt.live === undefined) throw error;
    }
    attempt = await readLive(attempt, options, signal);
  }
  throw new KubeError('conflict', `Secret "${start.desired.name}" is changed by somebody else at the same time`);
}

/** What others hold in it is in no cache, and without it there is nothing to write. */
function mustLookFirst({ externalSecret, desired, live }: Attempt): boolean {
  return desired.isMerged && (live !== undefined || externalSecret.spec.creationPolicy === 'Merge');
}

async function applyOnce({ externalSecret, desired, live, values }: Attempt, options: ActOptions, signal: AbortSignal): Promise<Applied> {
  const { creationPolicy } = externalSecret.spec;
  if (live === undefined) {
    if (creationPolicy === 'Merge') return { kind: 'missing' };
    const created = await options.writes.run(() => options.cluster.create(secretType, newSecret(desired), { fieldManager: desired.manager }, signal), signal);
    return { kind: 'written', live: liveSecret(created), desired, isOurs: true, event: { type: 'Normal', reason: externalSecretEvents.created, message: 'secret created' } };
  }
  const message = ownershipProblem(creationPolicy, desired.name, live, externalSecret);
  if (message !== undefined) return { kind: 'refused', message };
  if (!desired.isMerged || values === undefined) return update(live, desired, options, signal);
  const isOurs = live.metadata.labels?.[managedLabel] !== 'true' || [...desired.data].some(([key, value]) => !isSame(values.get(key), value));
  return update(live, mergedSecret(desired, live, values), options, signal, isOurs);
}

function isSame(a: SecretBytes | undefined, b: SecretBytes): boolean {
  return a !== undefined && Buffer.compare(a.reveal(), b.reveal()) === 0;
}

async function update(live: LiveSecret, desired: DesiredSecret, { cluster, writes }: ActOptions, signal: AbortSignal, isOurs = true): Promise<Applied> {
  const drift = driftOf(live, desired);
  if (drift.kind === 'none') return { kind: 'unchanged', live };
  if (drift.kind === 'blocked') return { kind: 'refused', message: drift.message };
  const updated = await writes.run(() => cluster.update(secretType, updatedSecret(live, desired), { fieldManager: desired.manager }, signal), signal);
  return { kind: 'written', live: liveSecret(updated), desired, isOurs, event: { type: 'Normal', reason: externalSecretEvents.updated, message: 'secret updated' } };
}

/**
 * Brings what is around the values in line and leaves the values as they are: owner, labels of ours, and that it is immutable.
 * @throws KubeError; `conflict` where it has changed since it was seen
 */
export async function keepSecret({ externalSecret, live }: Pick<Attempt, 'externalSecret'> & { readonly live: LiveSecret }, options: ActOptions, signal: AbortSignal): Promise<Applied> {
  const { creationPolicy } = externalSecret.spec;
  const message = ownershipProblem(creationPolicy, live.metadata.name, live, externalSecret);
  if (message !== undefined) return { kind: 'refused', message };
  if (driftOf(live, keptSecret(externalSecret, live)).kind === 'none') return { kind: 'unchanged', live };
  const { namespace = '', name } = live.metadata;
  const whole = await options.cluster.get(secretType, { namespace, name }, signal);
  const now = whole === undefined ? undefined : liveSecret(whole);
  if (whole === undefined || now?.metadata.resourceVersion !== live.metadata.resourceVersion) throw new KubeError('conflict', `Secret "${name}" has changed since it was seen`);
  return update(live, keptSecret(externalSecret, live, secretValues(whole)), options, signal);
}

/** Why the target may not be written, by its metadata alone; undefined where it is ours, may be merged into, or is not there. */
export async function findRefusal(externalSecret: ExternalSecret, { cluster }: Pick<ActOptions, 'cluster'>, signal: AbortSignal): Promise<string | undefined> {
  const key = { namespace: externalSecret.metadata.namespace ?? '', name: targetName(externalSecret) };
  const head = await cluster.get(secretType, key, signal, { metadataOnly: true });
  return head === undefined ? undefined : ownershipProblem(externalSecret.spec.creationPolicy, key.name, head, externalSecret);
}

/** Reads the Secret as it is now, but only if it may be written: other values are none of our business. */
async function readLive({ externalSecret, desired }: Attempt, options: ActOptions, signal: AbortSignal): Promise<Attempt | Refused> {
  const message = await findRefusal(externalSecret, options, signal);
  if (message !== undefined) return { kind: 'refused', message };
  const whole = await options.cluster.get(secretType, { namespace: desired.namespace, name: desired.name }, signal);
  const attempt = { externalSecret, desired, live: whole === undefined ? undefined : liveSecret(whole) };
  return whole !== undefined && desired.isMerged ? { ...attempt, values: secretValues(whole) } : attempt;
}

/** Deletes the target because the provider holds nothing for it any more; false where it is not there. */
export async function deleteTarget(externalSecret: ExternalSecret, options: ActOptions, signal: AbortSignal): Promise<{ readonly kind: 'done'; readonly deleted: boolean } | Refused> {
  const key = { namespace: externalSecret.metadata.namespace ?? '', name: targetName(externalSecret) };
  const head = await options.cluster.get(secretType, key, signal, { metadataOnly: true });
  if (head === undefined) return { kind: 'done', deleted: false };
  const message = ownershipProblem('Owner', key.name, head, externalSecret);
  if (message !== undefined) return { kind: 'refused', message };
  return { kind: 'done', deleted: await deleteSeen(head.metadata, options, signal) };
}

/** Deletes the target of an ExternalSecret that is on its way out, where it controls it and nobody else does. */
export async function deleteControlled(externalSecret: ExternalSecret, options: ActOptions, signal: AbortSignal): Promise<void> {
  const key = { namespace: externalSecret.metadata.namespace ?? '', name: targetName(externalSecret) };
  const head = await options.cluster.get(secretType, key, signal, { metadataOnly: true });
  const isOurs = head?.metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uid === externalSecret.metadata.uid);
  if (head !== undefined && isOurs === true) await deleteSeen(head.metadata, options, signal);
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

async function deleteOrphan({ metadata }: LiveSecret, options: ActOptions, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await deleteSeen(metadata, options, signal)) ? `secret "${metadata.name}" deleted because it was orphaned` : undefined;
  } catch (error) {
    if (isKubeError(error, 'denied')) return `secret "${metadata.name}" is orphaned and may not be deleted by this controller: delete it`;
    throw error;
  }
}

/** Deletes a Secret only as it was seen. */
function deleteSeen({ namespace = '', name, uid, resourceVersion }: ObjectMeta, { cluster, writes }: ActOptions, signal: AbortSignal): Promise<boolean> {
  const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return writes.run(() => cluster.delete(secretType, { namespace, name }, preconditions, signal), signal);
}
