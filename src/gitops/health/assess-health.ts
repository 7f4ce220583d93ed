import { parseApiVersion } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import { healthy, progressing } from './health.ts';
import type { Health } from './health.ts';
import { claimHealth, definitionHealth, ingressHealth, readyHealth, sealedHealth, serviceHealth } from './resource-health.ts';
import { jobHealth, podHealth } from './run-health.ts';
import { daemonSetHealth, deploymentHealth, replicaSetHealth, statefulSetHealth } from './workload-health.ts';

type Assess = (object: KubeObject) => Health;

/** By `group/Kind`; the version does not matter. Kinds that are not here are healthy as soon as they exist. */
const rules: ReadonlyMap<string, Assess> = new Map<string, Assess>([
  ['apps/Deployment', deploymentHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['batch/Job', jobHealth],
  ['/Pod', podHealth],
  ['/PersistentVolumeClaim', claimHealth],
  ['/Service', serviceHealth],
  ['networking.k8s.io/Ingress', ingressHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', definitionHealth],
  ['external-secrets.io/ExternalSecret', readyHealth],
  ['external-secrets.io/ClusterExternalSecret', readyHealth],
  ['external-secrets.io/PushSecret', readyHealth],
  ['external-secrets.io/ClusterPushSecret', readyHealth],
  ['external-secrets.io/SecretStore', readyHealth],
  ['external-secrets.io/ClusterSecretStore', readyHealth],
  ['bitnami.com/SealedSecret', sealedHealth],
]);

const ignoreAnnotation = 'argocd.argoproj.io/ignore-healthcheck';

function ruleFor(object: { readonly apiVersion: string; readonly kind: string }): Assess | undefined {
  return rules.get(`${parseApiVersion(object.apiVersion).group}/${object.kind}`);
}

/** Whether objects of the kind have anything to judge. Others need not be read for their health. */
export function hasHealthRule(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  return ruleFor(object) !== undefined;
}

/**
 * Judges a live object of a real cluster by Argo CD's rules (docs/operator-manual/health.md), with one change:
 * a status that speaks of an older generation never counts as Healthy.
 */
export function assessHealth(object: KubeObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return progressing('Pending deletion');
  if (object.metadata.annotations?.[ignoreAnnotation] === 'true') return healthy;
  return ruleFor(object)?.(object) ?? healthy;
}
