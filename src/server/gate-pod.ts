import type { AdmissionRequest, AdmissionVerdict, JsonPatch } from '../api/admission-review.ts';
import type { KubeObject } from '../api/object.ts';
import { gatedLabel, hasPodGate, podGate, schedulingGates, takesPodGate } from '../api/pod-gate.ts';

/** Whether a pod that is about to be made has to wait for Secrets. It has its namespace. Answered from memory, at once. */
export type HoldsPod = (pod: KubeObject) => boolean;

/**
 * Lets every pod pass; one that has to wait for its Secrets gets a scheduling gate, and the label by which it is found again. A gate that it
 * has already stays as it is.
 */
export function gatePod({ operation, namespace, object }: AdmissionRequest, holds: HoldsPod): AdmissionVerdict {
  if (operation !== 'CREATE' || object?.kind !== 'Pod' || object.apiVersion !== 'v1' || !takesPodGate(object)) return { allowed: true };
  const pod = namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
  // a gate that nobody watches would never open
  return hasPodGate(pod) || holds(pod) ? { allowed: true, patch: patchOf(pod) } : { allowed: true };
}

function patchOf(pod: KubeObject): JsonPatch {
  const gates = schedulingGates(pod);
  const { labels } = pod.metadata;
  const gate = { name: podGate };
  return [
    ...(hasPodGate(pod) ? [] : [gates.length === 0 ? ({ op: 'add', path: '/spec/schedulingGates', value: [gate] } as const) : ({ op: 'add', path: '/spec/schedulingGates/-', value: gate } as const)]),
    labels === undefined ? { op: 'add', path: '/metadata/labels', value: { [gatedLabel]: 'true' } } : { op: 'add', path: `/metadata/labels/${gatedLabel.replace('/', '~1')}`, value: 'true' },
  ];
}
