import { parseApiVersion } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import { healthy, progressing } from './health.ts';
import type { Health } from './health.ts';
import { apiServiceHealth, autoscalerHealth, budgetHealth, cronJobHealth } from './cluster-health.ts';
import { ackHealth, acmeHealth, applicationSetHealth, certificateHealth, certificateRequestHealth, crossplaneHealth, fluxHealth, rolloutHealth, selfToldHealth, strictReadyHealth, workflowHealth } from './custom-health.ts';
import { claimHealth, definitionHealth, ingressHealth, readyHealth, sealedHealth, serviceHealth } from './resource-health.ts';
import { jobHealth, podHealth } from './run-health.ts';
import { daemonSetHealth, deploymentHealth, replicaSetHealth, statefulSetHealth } from './workload-health.ts';

type Assess = (object: KubeObject) => Health;

/** By `group/Kind`; the version does not matter. */
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
  ['batch/CronJob', cronJobHealth],
  ['autoscaling/HorizontalPodAutoscaler', autoscalerHealth],
  ['policy/PodDisruptionBudget', budgetHealth],
  ['apiregistration.k8s.io/APIService', apiServiceHealth],
  ['cert-manager.io/Certificate', certificateHealth],
  ['cert-manager.io/CertificateRequest', certificateRequestHealth],
  ['cert-manager.io/Issuer', strictReadyHealth],
  ['cert-manager.io/ClusterIssuer', strictReadyHealth],
  ['acme.cert-manager.io/Order', acmeHealth],
  ['acme.cert-manager.io/Challenge', acmeHealth],
  ['argoproj.io/Rollout', rolloutHealth],
  ['argoproj.io/Workflow', workflowHealth],
  ['argoproj.io/ApplicationSet', applicationSetHealth],
]);

/** By the end of the group, where all kinds of it go by one rule. */
const families: readonly (readonly [suffix: string, assess: Assess])[] = [
  ['.crossplane.io', crossplaneHealth],
  ['.upbound.io', crossplaneHealth],
  ['.services.k8s.aws', ackHealth],
  ['.toolkit.fluxcd.io', fluxHealth],
];

/** Groups with a dot of the API server itself, and of ours whose objects only hold settings: nothing more is to be told of their kinds. */
const silent: ReadonlySet<string> = new Set([
  'generators.external-secrets.io',
  ...['admissionregistration', 'apiextensions', 'apiregistration', 'authentication', 'authorization', 'certificates', 'coordination', 'discovery', 'events', 'networking', 'node', 'scheduling', 'storage', 'storagemigration'].map((name) => `${name}.k8s.io`),
  ...['flowcontrol.apiserver.k8s.io', 'internal.apiserver.k8s.io', 'rbac.authorization.k8s.io', 'resource.k8s.io'],
]);

/** Kinds of groups that tell of themselves, whose objects only hold settings. */
const silentKinds: ReadonlySet<string> = new Set(['argoproj.io/AppProject']);

/** The rule for kinds that no rule names: custom ones tell of themselves, all others are healthy as soon as they exist. */
function ruleOfGroup(group: string): Assess | undefined {
  const family = families.find(([suffix]) => group.endsWith(suffix))?.[1];
  return family ?? (group.includes('.') && !silent.has(group) ? selfToldHealth : undefined);
}

const ignoreAnnotation = 'argocd.argoproj.io/ignore-healthcheck';

function ruleFor(object: { readonly apiVersion: string; readonly kind: string }): Assess | undefined {
  const { group } = parseApiVersion(object.apiVersion);
  const kind = `${group}/${object.kind}`;
  return silentKinds.has(kind) ? undefined : (rules.get(kind) ?? ruleOfGroup(group));
}

/** Whether an object says that its health does not count. */
export function ignoresHealth({ metadata }: Pick<KubeObject, 'metadata'>): boolean {
  return metadata.annotations?.[ignoreAnnotation] === 'true';
}

/** Whether objects of the kind have anything to judge. Others need not be read for their health. */
export function hasHealthRule(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  return ruleFor(object) !== undefined;
}

/**
 * Judges a live object of a real cluster by Argo CD's rules (docs/operator-manual/health.md, resource_customizations/) and kstatus', with one change:
 * a status that speaks of an older generation never counts as Healthy.
 */
export function assessHealth(object: KubeObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return progressing('Pending deletion');
  if (ignoresHealth(object)) return healthy;
  return ruleFor(object)?.(object) ?? healthy;
}
