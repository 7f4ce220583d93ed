import type { KubeObject } from './object.ts';

/** The scheduling gate that holds a pod until its Secrets are current; and the label by which pods that have it are watched. */
export const podGate = 'prelude.dev/secrets';
export const gatedLabel = 'prelude.dev/gated';

/** On a namespace, as a label: `enabled` asks for the gate. On a pod, as an annotation: `disabled` does without. */
const podGateMark = 'prelude.dev/pod-gate';

/** Whether an entry of `spec.schedulingGates` is the gate. */
export function isPodGate(gate: unknown): boolean {
  return typeof gate === 'object' && gate !== null && 'name' in gate && gate.name === podGate;
}

/** Whether a pod has it. What is malformed, the API server refuses. */
export function hasPodGate(pod: KubeObject): boolean {
  return schedulingGates(pod).some(isPodGate);
}

/** `spec.schedulingGates`, as they stand. */
export function schedulingGates({ spec }: KubeObject): readonly unknown[] {
  return typeof spec === 'object' && spec !== null && 'schedulingGates' in spec && Array.isArray(spec.schedulingGates) ? spec.schedulingGates : [];
}

/** Whether a pod may be given the gate: the API server refuses one that already has a node, and one may say that it wants none. */
export function takesPodGate(pod: KubeObject): boolean {
  const { spec, metadata } = pod;
  const isPlaced = typeof spec === 'object' && spec !== null && 'nodeName' in spec && typeof spec.nodeName === 'string' && spec.nodeName !== '';
  return !isPlaced && metadata.annotations?.[podGateMark] !== 'disabled';
}
