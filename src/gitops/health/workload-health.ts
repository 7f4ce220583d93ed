import type { KubeObject } from '../../api/object.ts';
import { degraded, healthy, progressing } from './health.ts';
import type { Health } from './health.ts';
import { conditionOf, fieldAt, numberAt, textAt } from './live-field.ts';

/** The workload's controller has not looked at the newest spec, so its status speaks of an older one. */
function notObserved(object: KubeObject): Health | undefined {
  const observed = numberAt(object, 'status', 'observedGeneration') ?? 0;
  const generation = object.metadata.generation ?? 0;
  return observed < generation || observed === 0 ? progressing(`Waiting for the ${object.kind} controller to see generation ${generation}`) : undefined;
}

function replicas(object: KubeObject): number {
  return numberAt(object, 'spec', 'replicas') ?? 1;
}

function count(object: KubeObject, field: string): number {
  return numberAt(object, 'status', field) ?? 0;
}

/** Argo CD's rule for a Deployment: rolled out, every new replica available, no old one left. */
export function deploymentHealth(object: KubeObject): Health {
  if (fieldAt(object, 'spec', 'paused') === true) return { status: 'Suspended', message: 'Deployment is paused' };
  const behind = notObserved(object);
  if (behind !== undefined) return behind;
  const rollout = conditionOf(object, 'Progressing');
  if (rollout?.reason === 'ProgressDeadlineExceeded') return degraded(`Deployment exceeded its progress deadline: ${rollout.message}`);
  const [wanted, total, updated, available] = [replicas(object), count(object, 'replicas'), count(object, 'updatedReplicas'), count(object, 'availableReplicas')];
  if (updated < wanted) return progressing(`${updated} of ${wanted} new replicas have been made`);
  if (total > updated) return progressing(`${total - updated} old replicas are still to be stopped`);
  if (available < updated) return progressing(`${available} of ${updated} replicas are available`);
  return healthy;
}

/** Argo CD's rule for a StatefulSet, partitions and OnDelete included. */
export function statefulSetHealth(object: KubeObject): Health {
  const behind = notObserved(object);
  if (behind !== undefined) return behind;
  const wanted = replicas(object);
  const ready = count(object, 'readyReplicas');
  if (ready < wanted) return progressing(`${ready} of ${wanted} replicas are ready`);
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return healthy;
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const updated = count(object, 'updatedReplicas');
  if (partition > 0) return updated < wanted - partition ? progressing(`${updated} of ${wanted - partition} replicas of the partition are updated`) : healthy;
  const [current, update] = [textAt(object, 'status', 'currentRevision'), textAt(object, 'status', 'updateRevision')];
  return current === update ? healthy : progressing(`${updated} of ${wanted} replicas are updated`);
}

/** Argo CD's rule for a DaemonSet: an updated pod available on every node that should have one. */
export function daemonSetHealth(object: KubeObject): Health {
  const behind = notObserved(object);
  if (behind !== undefined) return behind;
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return healthy;
  const wanted = count(object, 'desiredNumberScheduled');
  const updated = count(object, 'updatedNumberScheduled');
  if (updated < wanted) return progressing(`${updated} of ${wanted} pods are updated`);
  const available = count(object, 'numberAvailable');
  return available < wanted ? progressing(`${available} of ${wanted} pods are available`) : healthy;
}

export function replicaSetHealth(object: KubeObject): Health {
  const behind = notObserved(object);
  if (behind !== undefined) return behind;
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return degraded(failure.message);
  const [wanted, available] = [replicas(object), count(object, 'availableReplicas')];
  return available < wanted ? progressing(`${available} of ${wanted} replicas are available`) : healthy;
}
