import { noGeneration } from '../../api/condition.ts';
import type { KubeObject } from '../../api/object.ts';
import { degraded, healthy, progressing } from './health.ts';
import type { Health } from './health.ts';
import { conditionOf, listAt, numberAt, textAt } from './live-field.ts';

export function claimHealth(object: KubeObject): Health {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Bound') return healthy;
  return phase === 'Lost' ? degraded('the volume of this claim is lost') : progressing('waiting for a volume');
}

/** Only a load balancer has something to wait for: its address. */
export function serviceHealth(object: KubeObject): Health {
  if (textAt(object, 'spec', 'type') !== 'LoadBalancer') return healthy;
  return hasAddress(object) ? healthy : progressing('waiting for the address of the load balancer');
}

export function ingressHealth(object: KubeObject): Health {
  return hasAddress(object) ? healthy : progressing('waiting for the address of the ingress');
}

function hasAddress(object: KubeObject): boolean {
  return listAt(object, 'status', 'loadBalancer', 'ingress').length > 0;
}

/** Established, and its names not taken by another definition. */
export function definitionHealth(object: KubeObject): Health {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return degraded(`its names are not accepted: ${names.message}`);
  return conditionOf(object, 'Established')?.status === 'True' ? healthy : progressing('waiting to be established');
}

/**
 * ExternalSecret, PushSecret, their cluster kinds, SecretStore, ClusterSecretStore. Unlike Argo CD's own check, an answer about an older generation is no
 * answer: after a change the old `Ready=True` stays until the controller has looked again.
 */
export function readyHealth(object: KubeObject): Health {
  const ready = conditionOf(object, 'Ready');
  if (ready === undefined) return progressing(`waiting for the first status of this ${object.kind}`);
  const generation = object.metadata.generation ?? 0;
  if (ready.observedGeneration !== undefined && ready.observedGeneration < generation) return progressing(`waiting for the status of generation ${generation}`);
  if (ready.status === 'False') return degraded(ready.message);
  if (ready.status !== 'True') return progressing(ready.message);
  // written on success only, as `<generation>-<hash>`: tells a stale Ready=True where conditions carry no generation
  const synced = ready.observedGeneration === undefined && textAt(object, 'spec', 'refreshPolicy') !== 'CreatedOnce' ? textAt(object, 'status', 'syncedResourceVersion') : undefined;
  if (synced !== undefined && !synced.startsWith(`${generation}-`)) return progressing(`waiting for generation ${generation} to be synced`);
  return { status: 'Healthy', message: ready.message };
}

/** Argo CD's check of SealedSecrets, with the same change: `Synced` says nothing of a generation that it does not speak of. */
export function sealedHealth(object: KubeObject): Health {
  const synced = conditionOf(object, 'Synced');
  if (synced === undefined) return progressing('waiting for the first status of this SealedSecret: a controller for them must run');
  const generation = object.metadata.generation ?? 0;
  // Sealed Secrets' own controller counts in the status, not in the condition
  const observed = synced.observedGeneration ?? numberAt(object, 'status', 'observedGeneration');
  // ours speaks of none after a failure, for kstatus; what failed then stands in the condition, of which upstream's CRD drops the generation
  const isOwnFailure = synced.status === 'False' && observed === noGeneration;
  if (!isOwnFailure && observed !== undefined && observed < generation) return progressing(`waiting for the status of generation ${generation}`);
  if (synced.status === 'True') return healthy;
  return synced.status === 'False' ? degraded(synced.message) : progressing(synced.message);
}
