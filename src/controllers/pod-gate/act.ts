import { statusFieldManager } from '../../api/names.ts';
import { keyOf, type KubeObject } from '../../api/object.ts';
import { gatedLabel, isPodGate, schedulingGates } from '../../api/pod-gate.ts';
import type { Cluster } from '../../kube/port.ts';
import { podType } from '../../kube/resource-types.ts';
import type { GatedPod } from './pod-needs.ts';

/** The pod without our gate and label; gates of others stay, and so does all else. */
function openedPod(pod: KubeObject): KubeObject {
  const { labels = {}, ...metadata } = pod.metadata;
  const { [gatedLabel]: _label, ...others } = labels;
  const spec = pod['spec'];
  const { schedulingGates: _gates, ...fields } = typeof spec === 'object' && spec !== null ? { schedulingGates: undefined, ...spec } : { schedulingGates: undefined };
  const left = schedulingGates(pod).filter((gate) => !isPodGate(gate));
  return { ...pod, metadata: { ...metadata, ...(Object.keys(others).length === 0 ? {} : { labels: others }) }, spec: { ...fields, ...(left.length === 0 ? {} : { schedulingGates: left }) } };
}

/**
 * Takes our gate and label off, of this very pod as it is now.
 * @returns whether there was such a pod
 * @throws KubeError `conflict` where somebody else writes it at the same time
 */
export async function openGate(pod: GatedPod, cluster: Pick<Cluster, 'get' | 'update'>, signal: AbortSignal): Promise<boolean> {
  const live = await cluster.get(podType, keyOf(pod), signal);
  if (live === undefined || live.metadata.uid !== pod.metadata.uid) return false;
  await cluster.update(podType, openedPod(live), { fieldManager: statusFieldManager }, signal);
  return true;
}
