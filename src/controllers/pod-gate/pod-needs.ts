import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { hasPodGate } from '../../api/pod-gate.ts';
import { podReferences } from '../../gitops/plan/needs/pod-spec.ts';
import type { ResolvedNeed } from '../../gitops/plan/plan.ts';

/** What is kept of a pod that has the label of the gate. */
export interface GatedPod extends Pick<KubeObject, 'apiVersion' | 'kind'> {
  readonly metadata: ObjectMeta;
  /** Whether it still has the gate. */
  readonly isGated: boolean;
  readonly needs: readonly ResolvedNeed[];
}

/**
 * What a pod cannot start without, one need for each Secret and key. The API server has put the pull secrets of its service account into it
 * before any webhook sees it.
 */
export function podNeeds(pod: KubeObject): readonly ResolvedNeed[] {
  const { name, namespace = '' } = pod.metadata;
  const needs = podReferences(pod['spec'], 'spec').map(({ secret, key, path }): [string, ResolvedNeed] => [
    `${secret}/${key ?? ''}`,
    { namespace, secret, ...(key === undefined ? {} : { key }), consumers: [{ kind: 'Pod', name, path, origin: { file: '', line: 0 } }], resolution: { state: 'barrier', reason: 'the pod is live' } },
  ]);
  return [...new Map(needs).values()];
}

/** Projects a pod for the cache. */
export function gatedPod(pod: KubeObject): GatedPod {
  const { apiVersion, kind, metadata } = pod;
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = metadata;
  const kept: ObjectMeta = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
  return { apiVersion, kind, metadata: kept, isGated: hasPodGate(pod), needs: podNeeds(pod) };
}
