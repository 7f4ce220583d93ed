import { type KubeObject, parseApiVersion } from '../../api/object.ts';
import { generatorsApiVersion } from '../../api/source-reference.ts';
import { isEncrypted } from './declare/is-encrypted.ts';
import { hookPhasesOf, hookWeight } from './hook-phase.ts';
import { type PhaseName, phaseNames, type RenderedObject } from './plan.ts';

export const waveAnnotation = 'argocd.argoproj.io/sync-wave';

/** The wave an object names, or its weight as a Helm hook; 0 where it names none, undefined where it is not an integer. */
export function declaredWave(object: KubeObject): number | undefined {
  const text = object.metadata.annotations?.[waveAnnotation];
  if (text === undefined) return hookWeight(object);
  return /^[+-]?\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}

/**
 * Argo CD's order of kinds; every other kind comes after them. What others refer to is written before what refers to it, so that
 * nothing starts against a missing account, volume or Service.
 */
const kindOrder = [
  'Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodSecurityPolicy', 'PodDisruptionBudget', 'ServiceAccount', 'Secret', 'ConfigMap',
  'StorageClass', 'PersistentVolume', 'PersistentVolumeClaim', 'CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding',
  'Service', 'DaemonSet', 'Pod', 'ReplicationController', 'ReplicaSet', 'Deployment', 'HorizontalPodAutoscaler', 'StatefulSet', 'Job', 'CronJob',
  'IngressClass', 'Ingress', 'APIService',
];
const rank = new Map(kindOrder.map((kind, index) => [kind, index]));

/** Groups whose kinds the table means: a custom `Service` or `Pod` of another group is just another kind. */
const builtin = /^$|^(apps|batch|autoscaling|policy|extensions)$|\.k8s\.io$/;

function rankOf(object: KubeObject): number {
  const known = builtin.test(parseApiVersion(object.apiVersion).group) ? rank.get(object.kind) : undefined;
  return known ?? kindOrder.length;
}

/** Inside a phase: sync wave, then kind, then group and kind by name, then namespace and name. */
export function compareObjects({ object: a }: RenderedObject, { object: b }: RenderedObject): number {
  return (
    (declaredWave(a) ?? 0) - (declaredWave(b) ?? 0) ||
    rankOf(a) - rankOf(b) ||
    compareText(`${parseApiVersion(a.apiVersion).group}/${a.kind}`, `${parseApiVersion(b.apiVersion).group}/${b.kind}`) ||
    compareText(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    compareText(a.metadata.name, b.metadata.name)
  );
}

/**
 * Inside the secrets phase: what SOPS has encrypted comes last, whatever its wave. It waits for its keys before it is written, and what
 * makes the Secret with the keys may be one of the others.
 */
export function compareProducers(a: RenderedObject, b: RenderedObject): number {
  return Number(isEncrypted(a)) - Number(isEncrypted(b)) || compareObjects(a, b);
}

/** By UTF-16 units, the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const phaseOfKind = new Map<string, PhaseName>([
  ['/Namespace', 'namespace'],
  ['/ServiceAccount', 'plumbing'],
  ['/Secret', 'secrets'],
  ['rbac.authorization.k8s.io/ClusterRole', 'plumbing'],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', 'plumbing'],
  ['rbac.authorization.k8s.io/Role', 'plumbing'],
  ['rbac.authorization.k8s.io/RoleBinding', 'plumbing'],
  ['external-secrets.io/SecretStore', 'plumbing'],
  ['external-secrets.io/ClusterSecretStore', 'plumbing'],
  ['external-secrets.io/ExternalSecret', 'secrets'],
  ['external-secrets.io/ClusterExternalSecret', 'secrets'],
  ['bitnami.com/SealedSecret', 'secrets'],
  ['external-secrets.io/PushSecret', 'secrets'],
  ['external-secrets.io/ClusterPushSecret', 'secrets'],
  ['apiextensions.k8s.io/CustomResourceDefinition', 'crds'],
]);

/** Hooks that run before the objects of the Application are there, or when they are gone. */
const deletePhases: ReadonlySet<PhaseName> = new Set(['preDelete', 'postDelete']);

/**
 * The phases an object is written in; a hook may have several. What makes Secrets and what that takes is lifted before the barrier, be it a
 * hook or not; the rest stands behind it. Accounts and rights that only hooks of a deletion need stay with those hooks.
 */
export function phasesOf(object: KubeObject): readonly PhaseName[] {
  const hooks = hookPhasesOf(object);
  const lifted = object.apiVersion === generatorsApiVersion ? 'plumbing' : phaseOfKind.get(`${parseApiVersion(object.apiVersion).group}/${object.kind}`);
  const isOfDeletion = hooks.length > 0 && hooks.every((phase) => deletePhases.has(phase));
  if (lifted !== undefined && !(isOfDeletion && (lifted === 'plumbing' || lifted === 'namespace'))) return [lifted];
  return hooks.length > 0 ? hooks : ['waves'];
}

/** The first phase an object is written in. */
export function phaseOf(object: KubeObject): PhaseName {
  return phasesOf(object)[0] ?? 'waves';
}

/** Whether a phase comes before another. */
export function writtenBefore(phase: PhaseName, other: PhaseName): boolean {
  return phaseNames.indexOf(phase) < phaseNames.indexOf(other);
}
