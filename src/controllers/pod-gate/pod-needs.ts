import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { hasPodGate } from '../../api/pod-gate.ts';
import { podReferences } from '../../gitops/plan/needs/pod-spec.ts';
import type { ResolvedNeed } from '../../gitops/plan/plan.ts';

/** A pod that names more is not held: whoever makes pods must not have the others wait while its needs are gone through and kept. */
export const mostNeeds = 500;

/** One need for each Secret and key, or that they are more than `mostNeeds`. */
export type PodNeeds = readonly ResolvedNeed[] | 'tooMany';

/** What is kept of a pod that has the label of the gate. */
export interface GatedPod extends Pick<KubeObject, 'apiVersion' | 'kind'> {
  readonly metadata: ObjectMeta;
  /** Whether it still has the gate. */
  readonly isGated: boolean;
  /** None of a pod without it. */
  readonly needs: PodNeeds;
}

/**
 * What a pod cannot start without. The API server has put the pull secrets of its service account into it
 * before any webhook sees it.
 */
export function podNeeds(pod: KubeObject): PodNeeds {
  const { name, namespace = '' } = pod.metadata;
  // the same for all of them: many are kept
  const shared: Pick<ResolvedNeed, 'namespace' | 'consumers' | 'resolution'> = { namespace, consumers: [{ kind: 'Pod', name, path: 'spec', origin: { file: '', line: 0 } }], resolution: { state: 'barrier', reason: 'the pod is live' } };
  const needs = new Map<string, ResolvedNeed>();
  for (const { secret, key } of podReferences(pod['spec'], 'spec')) {
    needs.set(`${secret}/${key ?? ''}`, { ...shared, secret, ...(key === undefined ? {} : { key }) });
    if (needs.size > mostNeeds) return 'tooMany';
  }
  return [...needs.values()];
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
  const isGated = hasPodGate(pod);
  return { apiVersion, kind, metadata: kept, isGated, needs: isGated ? podNeeds(pod) : [] };
}
