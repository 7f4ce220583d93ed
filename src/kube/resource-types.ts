import type { ResourceType } from './port.ts';

/*
 * The kinds that rooms speak of by name. They are constants because they are known before a cluster is:
 * `plan` runs offline. Every other kind comes from `Cluster.discover`.
 */

function coreType(kind: string, plural: string, options: { readonly namespaced?: boolean; readonly statusSubresource?: boolean } = {}): ResourceType {
  return { group: '', version: 'v1', kind, plural, namespaced: options.namespaced ?? true, statusSubresource: options.statusSubresource ?? false };
}

function workloadType(group: string, kind: string, plural: string): ResourceType {
  return { group, version: 'v1', kind, plural, namespaced: true, statusSubresource: true };
}

export const namespaceType = coreType('Namespace', 'namespaces', { namespaced: false, statusSubresource: true });
export const secretType = coreType('Secret', 'secrets');
export const configMapType = coreType('ConfigMap', 'configmaps');
export const serviceAccountType = coreType('ServiceAccount', 'serviceaccounts');
export const eventType = coreType('Event', 'events');
export const podType = coreType('Pod', 'pods', { statusSubresource: true });
export const serviceType = coreType('Service', 'services', { statusSubresource: true });

export const deploymentType = workloadType('apps', 'Deployment', 'deployments');
export const statefulSetType = workloadType('apps', 'StatefulSet', 'statefulsets');
export const daemonSetType = workloadType('apps', 'DaemonSet', 'daemonsets');
export const jobType = workloadType('batch', 'Job', 'jobs');
export const cronJobType = workloadType('batch', 'CronJob', 'cronjobs');
export const ingressType = workloadType('networking.k8s.io', 'Ingress', 'ingresses');

export const leaseType: ResourceType = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true, statusSubresource: false };

export const endpointSliceType: ResourceType = { ...leaseType, group: 'discovery.k8s.io', kind: 'EndpointSlice', plural: 'endpointslices' };

export const customResourceDefinitionType: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  statusSubresource: true,
};

export const validatingWebhookConfigurationType: ResourceType = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
  statusSubresource: false,
};

const rbacType: Omit<ResourceType, 'kind' | 'plural'> = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: false, statusSubresource: false };
export const clusterRoleType: ResourceType = { ...rbacType, kind: 'ClusterRole', plural: 'clusterroles' };
export const clusterRoleBindingType: ResourceType = { ...rbacType, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' };

export const externalSecretType = workloadType('external-secrets.io', 'ExternalSecret', 'externalsecrets');
export const secretStoreType = workloadType('external-secrets.io', 'SecretStore', 'secretstores');
export const clusterSecretStoreType: ResourceType = { ...workloadType('external-secrets.io', 'ClusterSecretStore', 'clustersecretstores'), namespaced: false };

export const clusterExternalSecretType: ResourceType = { ...workloadType('external-secrets.io', 'ClusterExternalSecret', 'clusterexternalsecrets'), namespaced: false };
export const pushSecretType: ResourceType = { ...workloadType('external-secrets.io', 'PushSecret', 'pushsecrets'), version: 'v1alpha1' };
export const clusterPushSecretType: ResourceType = { ...pushSecretType, kind: 'ClusterPushSecret', plural: 'clusterpushsecrets', namespaced: false };

/** A kind of generators.external-secrets.io, e.g. `Password`. */
export function generatorType(kind: string): ResourceType {
  return { group: 'generators.external-secrets.io', version: 'v1alpha1', kind, plural: `${kind.toLowerCase()}s`, namespaced: true, statusSubresource: true };
}
export const clusterGeneratorType: ResourceType = { ...generatorType('ClusterGenerator'), namespaced: false };
export const generatorStateType: ResourceType = { ...generatorType('GeneratorState'), statusSubresource: false };

export const sealedSecretType: ResourceType = { group: 'bitnami.com', version: 'v1alpha1', kind: 'SealedSecret', plural: 'sealedsecrets', namespaced: true, statusSubresource: true };

/** Argo CD's Application: it has no status subresource, upstream either. */
export const applicationType: ResourceType = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
  statusSubresource: false,
};

/** Argo CD's AppProject: what the Applications that name it may do. */
export const appProjectType: ResourceType = { ...applicationType, kind: 'AppProject', plural: 'appprojects' };

export const applicationSetType: ResourceType = { ...applicationType, kind: 'ApplicationSet', plural: 'applicationsets', statusSubresource: true };

/** The `apiVersion` that objects of a type carry. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}
