import { keyOf, type ObjectMeta } from '../../api/object.ts';
import { isPrivilegedSecretType } from '../../api/privileged-secret-types.ts';
import { sealedSecretAnnotations, sealedSecretReasons, type SealedSecret } from '../../api/sealed-secret.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { Semaphore } from '../../lib/semaphore.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { TargetHead } from './observe.ts';
import { notManaged, stalled } from './outcomes.ts';
import { holdOf, newTarget, sealedFieldManager, updatedTarget, type WholeSecret, wholeSecret } from './target-secret.ts';
import type { UnsealedContent } from './unseal.ts';

/** What came of bringing a Secret in line. */
export type Applied =
  | { readonly kind: 'done'; readonly metadata: ObjectMeta; readonly wrote: boolean; readonly hold: 'kept' | 'lent' }
  /** It was left as it was. */
  | { readonly kind: 'refused'; readonly outcome: Outcome };

export interface ActOptions {
  readonly cluster: Pick<Cluster, 'create' | 'update' | 'get'>;
  /** Bounds the writes of all objects together. */
  readonly writes: Semaphore;
}

/** Others may write at the same moment; whoever loses that often has lost to a loop. */
const mostAttempts = 3;

/**
 * Brings the Secret in line. Where none is known it is created without looking, so that a new one costs one write and no read; one that is
 * there is read first, and each update carries the resourceVersion it was decided on.
 * @throws KubeError
 */
export async function applyTarget(sealedSecret: SealedSecret, content: UnsealedContent, target: TargetHead | undefined, options: ActOptions, signal: AbortSignal): Promise<Applied> {
  let isThere = target !== undefined;
  for (let count = 0; count < mostAttempts; count += 1) {
    try {
      const applied = isThere ? await bringInLine(sealedSecret, content, options, signal) : await create(sealedSecret, content, options, signal);
      if (applied !== undefined) return applied;
      isThere = false;
    } catch (error) {
      // a Secret cannot be created in a namespace that is not there
      if (!isKubeError(error, 'exists', 'conflict', 'absent') || (isKubeError(error, 'absent') && !isThere)) throw error;
      isThere = !isKubeError(error, 'absent');
    }
  }
  throw new KubeError('conflict', `Secret "${sealedSecret.metadata.name}" is changed by somebody else at the same time`);
}

async function create(sealedSecret: SealedSecret, content: UnsealedContent, { cluster, writes }: ActOptions, signal: AbortSignal): Promise<Applied> {
  const { metadata } = await writes.run(() => cluster.create(secretType, newTarget(sealedSecret, content), { fieldManager: sealedFieldManager }, signal), signal);
  return { kind: 'done', metadata, wrote: true, hold: content.isOwned || content.annotations[sealedSecretAnnotations.managed] === 'true' ? 'kept' : 'lent' };
}

/** Undefined: the Secret is not there. */
async function bringInLine(sealedSecret: SealedSecret, content: UnsealedContent, { cluster, writes }: ActOptions, signal: AbortSignal): Promise<Applied | undefined> {
  const object = await cluster.get(secretType, keyOf(sealedSecret), signal);
  if (object === undefined) return undefined;
  const whole = wholeSecret(object);
  const hold = holdOf(whole.live, sealedSecret);
  const refusal = hold === undefined ? notManaged(sealedSecret.metadata.name) : typeProblem(whole, content);
  if (hold === undefined || refusal !== undefined) return { kind: 'refused', outcome: refusal ?? notManaged(sealedSecret.metadata.name) };
  const update = updatedTarget(whole, sealedSecret, content, hold);
  if (update === undefined) return { kind: 'done', metadata: whole.live.metadata, wrote: false, hold: keptOrLent(whole.live.metadata, sealedSecret) };
  if (update.changesData && whole.live.immutable) return { kind: 'refused', outcome: isImmutable(sealedSecret.metadata) };
  const { metadata } = await writes.run(() => cluster.update(secretType, update.object, { fieldManager: sealedFieldManager }, signal), signal);
  return { kind: 'done', metadata, wrote: true, hold: keptOrLent(metadata, sealedSecret) };
}

/** Upstream brings back what it controls and what is marked as managed. */
function keptOrLent({ ownerReferences = [], annotations }: ObjectMeta, { metadata: { uid } }: SealedSecret): 'kept' | 'lent' {
  const isControlled = ownerReferences.some((owner) => owner.controller === true && owner.uid === uid);
  return isControlled || annotations?.[sealedSecretAnnotations.managed] === 'true' ? 'kept' : 'lent';
}

/** The API server would refuse another type; and what grants rights is nobody's to overwrite by a note on it. */
function typeProblem({ live: { type, metadata } }: WholeSecret, content: UnsealedContent): Outcome | undefined {
  if (isPrivilegedSecretType(type)) return stalled(sealedSecretReasons.notUpdated, `failed update: Secret "${metadata.name}" is of type ${type}, which grants rights, and is left alone`);
  if (content.type === undefined || content.type === type) return undefined;
  return stalled(sealedSecretReasons.notUpdated, `failed update: the type of Secret "${metadata.name}" cannot be changed from ${type} to ${content.type}; delete it to have it made anew`);
}

/** Upstream's words. */
function isImmutable({ namespace = '', name }: ObjectMeta): Outcome {
  return stalled(
    sealedSecretReasons.notUpdated,
    `Error updating ${namespace}/${name}: the target Secret is immutable. Once a Secret is marked as immutable, it is not possible to revert this change nor to mutate the contents of the data field. You can only delete and recreate the Secret.`,
  );
}
