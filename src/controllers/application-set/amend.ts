import { resourcesFinalizer } from '../../api/application.ts';
import type { ApplicationSet } from '../../api/application-set.ts';
import { statusFieldManager } from '../../api/names.ts';
import { type KubeObject, keyOf, type ObjectMeta } from '../../api/object.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { applicationSetType, applicationType } from '../../kube/resource-types.ts';
import type { SetContext } from './context.ts';

/** Somebody wants an ApplicationSet rendered from what Git says now. */
export const refreshAnnotation = 'argocd.argoproj.io/application-set-refresh';

/**
 * What is done for an ApplicationSet on its way out, as Argo CD does: where the policy deletes nothing, its Applications are let go first, so that
 * the garbage collector leaves them; then the finalizer is taken away that held it for that. Without the finalizer it is gone before anybody can do so.
 * One that does not parse is held by nothing more than one that does.
 * @throws KubeError
 */
export async function releaseSet(set: ParsedObject<ApplicationSet>, owned: readonly KubeObject[], context: SetContext, signal: AbortSignal): Promise<void> {
  const { cluster, writes } = context;
  const deletes = set.parsed.ok ? set.parsed.value.spec.policy.delete : await deletesByItsWord(set, context, signal);
  if (!deletes) {
    const release = (application: KubeObject): Promise<unknown> => cluster.update(applicationType, withoutOwner(application, set.metadata), { fieldManager: statusFieldManager }, signal);
    await Promise.all(owned.map((application) => writes.run(() => release(application), signal)));
  }
  await amendSet(set.metadata, context, signal, ({ finalizers = [], ...rest }) => (finalizers.includes(resourcesFinalizer) ? { ...rest, finalizers: finalizers.filter((name) => name !== resourcesFinalizer) } : undefined));
}

/** Of one that does not parse, as far as it can be understood: what is written there and is no word for deleting deletes nothing. */
async function deletesByItsWord(set: ParsedObject<ApplicationSet>, { cluster }: SetContext, signal: AbortSignal): Promise<boolean> {
  const live = await cluster.get(applicationSetType, keyOf(set), signal);
  const word = fieldAt(live, 'spec', 'syncPolicy', 'applicationsSync');
  return word === undefined || word === 'sync' || word === 'create-delete';
}

/** Takes the wish for a refresh away once it was granted. @throws KubeError */
export function finishRefresh(set: Pick<ApplicationSet, 'metadata'>, context: SetContext, signal: AbortSignal): Promise<void> {
  return amendSet(set.metadata, context, signal, ({ annotations = {}, ...rest }) => {
    const { [refreshAnnotation]: wish, ...others } = annotations;
    return wish === undefined ? undefined : { ...rest, annotations: others };
  });
}

function withoutOwner(application: KubeObject, { uid }: ObjectMeta): KubeObject {
  const ownerReferences = (application.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
  return { ...application, metadata: { ...application.metadata, ownerReferences } };
}

/** Changes metadata of the live object; nothing where it is gone, or needs no change. */
async function amendSet(metadata: ObjectMeta, { cluster }: SetContext, signal: AbortSignal, change: (metadata: ObjectMeta) => ObjectMeta | undefined): Promise<void> {
  const live = await cluster.get(applicationSetType, keyOf({ metadata }), signal);
  if (live === undefined || live.metadata.uid !== metadata.uid) return;
  const changed = change(live.metadata);
  if (changed === undefined) return;
  try {
    await cluster.update(applicationSetType, { ...live, metadata: changed }, { fieldManager: statusFieldManager }, signal);
  } catch (error) {
    if (!isKubeError(error, 'absent')) throw error;
  }
}
