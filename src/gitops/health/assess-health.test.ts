import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { assessHealth, hasHealthRule } from './assess-health.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Sample {
  readonly title: string;
  readonly kind: string;
  readonly spec?: Fields;
  readonly status?: Fields;
  readonly metadata?: Fields;
  readonly health: string;
  readonly says?: string;
}

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  ReplicaSet: 'apps/v1',
  Job: 'batch/v1',
  Ingress: 'networking.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  SealedSecret: 'bitnami.com/v1alpha1',
  ExternalSecret: 'external-secrets.io/v1',
  ClusterSecretStore: 'external-secrets.io/v1',
  CronJob: 'batch/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  PodDisruptionBudget: 'policy/v1',
  APIService: 'apiregistration.k8s.io/v1',
  Certificate: 'cert-manager.io/v1',
  CertificateRequest: 'cert-manager.io/v1',
  Issuer: 'cert-manager.io/v1',
  Order: 'acme.cert-manager.io/v1',
  Instance: 'rds.aws.upbound.io/v1beta1',
  ProviderConfig: 'aws.crossplane.io/v1',
  Bucket: 's3.services.k8s.aws/v1alpha1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  Rollout: 'argoproj.io/v1alpha1',
  Workflow: 'argoproj.io/v1alpha1',
  ApplicationSet: 'argoproj.io/v1alpha1',
  AppProject: 'argoproj.io/v1alpha1',
  Widget: 'example.com/v1',
  Password: 'generators.external-secrets.io/v1alpha1',
};

function condition(type: string, status: string, more: Fields = {}): Fields {
  return { conditions: [{ type, status, ...more }] };
}

const rolledOut = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
const setReady = { observedGeneration: 2, readyReplicas: 3, updatedReplicas: 3, currentRevision: 'b', updateRevision: 'b' };
const everywhere = { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 };
const waiting = (reason: string): Fields => ({ phase: 'Pending', containerStatuses: [{ name: 'node', state: { waiting: { reason, message: 'no such image' } } }] });

const samples: readonly Sample[] = [
  { title: 'a Deployment whose controller has not looked', kind: 'Deployment', spec: { replicas: 3 }, status: { ...rolledOut, observedGeneration: 1 }, health: 'Progressing', says: 'generation 2' },
  { title: 'a Deployment without a status', kind: 'Deployment', spec: { replicas: 3 }, health: 'Progressing' },
  { title: 'a Deployment that is rolled out', kind: 'Deployment', spec: { replicas: 3 }, status: rolledOut, health: 'Healthy' },
  { title: 'a Deployment without a replica count means one', kind: 'Deployment', spec: {}, status: { observedGeneration: 2, updatedReplicas: 0 }, health: 'Progressing', says: '0 of 1' },
  { title: 'a Deployment with old replicas left', kind: 'Deployment', spec: { replicas: 3 }, status: { ...rolledOut, replicas: 4 }, health: 'Progressing', says: '1 old' },
  { title: 'a Deployment not yet available', kind: 'Deployment', spec: { replicas: 3 }, status: { ...rolledOut, availableReplicas: 1 }, health: 'Progressing', says: '1 of 3' },
  { title: 'a Deployment past its deadline', kind: 'Deployment', spec: { replicas: 3 }, status: { ...rolledOut, ...condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded', message: 'timed out' }) }, health: 'Degraded', says: 'timed out' },
  { title: 'a paused Deployment', kind: 'Deployment', spec: { paused: true }, health: 'Suspended' },
  { title: 'a StatefulSet that is rolled out', kind: 'StatefulSet', spec: { replicas: 3 }, status: setReady, health: 'Healthy' },
  { title: 'a StatefulSet with pods not ready', kind: 'StatefulSet', spec: { replicas: 3 }, status: { ...setReady, readyReplicas: 2 }, health: 'Progressing', says: '2 of 3' },
  { title: 'a StatefulSet between two revisions', kind: 'StatefulSet', spec: { replicas: 3 }, status: { ...setReady, currentRevision: 'a', updatedReplicas: 1 }, health: 'Progressing', says: '1 of 3' },
  { title: 'a StatefulSet updated up to its partition', kind: 'StatefulSet', spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } }, status: { ...setReady, currentRevision: 'a', updatedReplicas: 1 }, health: 'Healthy' },
  { title: 'a StatefulSet behind its partition', kind: 'StatefulSet', spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } }, status: { ...setReady, currentRevision: 'a', updatedReplicas: 1 }, health: 'Progressing' },
  { title: 'a StatefulSet updated by hand', kind: 'StatefulSet', spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } }, status: { ...setReady, currentRevision: 'a' }, health: 'Healthy' },
  { title: 'a DaemonSet that is everywhere', kind: 'DaemonSet', status: everywhere, health: 'Healthy' },
  { title: 'a DaemonSet not available everywhere', kind: 'DaemonSet', status: { ...everywhere, numberAvailable: 1 }, health: 'Progressing' },
  { title: 'a DaemonSet being updated', kind: 'DaemonSet', status: { ...everywhere, updatedNumberScheduled: 1 }, health: 'Progressing', says: '1 of 2' },
  { title: 'a ReplicaSet that cannot make pods', kind: 'ReplicaSet', spec: { replicas: 1 }, status: { observedGeneration: 2, ...condition('ReplicaFailure', 'True', { message: 'quota' }) }, health: 'Degraded', says: 'quota' },
  { title: 'a ReplicaSet that is up', kind: 'ReplicaSet', spec: { replicas: 1 }, status: { observedGeneration: 2, availableReplicas: 1 }, health: 'Healthy' },
  { title: 'a Job that runs', kind: 'Job', health: 'Progressing' },
  { title: 'a Job that is complete', kind: 'Job', status: condition('Complete', 'True'), health: 'Healthy' },
  { title: 'a Job that failed', kind: 'Job', status: condition('Failed', 'True', { message: 'BackoffLimitExceeded' }), health: 'Degraded', says: 'BackoffLimitExceeded' },
  { title: 'a Job that is suspended', kind: 'Job', status: condition('Suspended', 'True'), health: 'Suspended' },
  { title: 'a Pod that cannot pull its image', kind: 'Pod', status: waiting('ImagePullBackOff'), health: 'Degraded', says: 'no such image' },
  { title: 'a Pod whose Secret is missing', kind: 'Pod', status: waiting('CreateContainerConfigError'), health: 'Degraded' },
  { title: 'a Pod that is being made', kind: 'Pod', status: waiting('ContainerCreating'), health: 'Progressing' },
  { title: 'a Pod that runs once and has trouble', kind: 'Pod', spec: { restartPolicy: 'Never' }, status: waiting('ErrImagePull'), health: 'Progressing' },
  { title: 'a Pod that is ready', kind: 'Pod', status: { phase: 'Running', ...condition('Ready', 'True') }, health: 'Healthy' },
  { title: 'a Pod that is not ready', kind: 'Pod', status: { phase: 'Running', ...condition('Ready', 'False') }, health: 'Progressing' },
  { title: 'a Pod that is done', kind: 'Pod', status: { phase: 'Succeeded' }, health: 'Healthy' },
  { title: 'a Pod that failed', kind: 'Pod', status: { phase: 'Failed' }, health: 'Degraded' },
  { title: 'a claim that is bound', kind: 'PersistentVolumeClaim', status: { phase: 'Bound' }, health: 'Healthy' },
  { title: 'a claim that waits', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' }, health: 'Progressing' },
  { title: 'a claim that is lost', kind: 'PersistentVolumeClaim', status: { phase: 'Lost' }, health: 'Degraded' },
  { title: 'a Service inside the cluster', kind: 'Service', spec: { type: 'ClusterIP' }, health: 'Healthy' },
  { title: 'a load balancer without an address', kind: 'Service', spec: { type: 'LoadBalancer' }, health: 'Progressing' },
  { title: 'a load balancer with an address', kind: 'Service', spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } }, health: 'Healthy' },
  { title: 'an Ingress without an address', kind: 'Ingress', health: 'Progressing' },
  { title: 'a definition that is established', kind: 'CustomResourceDefinition', status: condition('Established', 'True'), health: 'Healthy' },
  { title: 'a definition whose names are taken', kind: 'CustomResourceDefinition', status: condition('NamesAccepted', 'False', { message: 'taken' }), health: 'Degraded', says: 'taken' },
  { title: 'an ExternalSecret without a status', kind: 'ExternalSecret', health: 'Progressing' },
  { title: 'an ExternalSecret that is synced', kind: 'ExternalSecret', status: { syncedResourceVersion: '2-abc', ...condition('Ready', 'True', { observedGeneration: 2 }) }, health: 'Healthy' },
  { title: 'an ExternalSecret with an old Ready=True', kind: 'ExternalSecret', status: { syncedResourceVersion: '1-abc', ...condition('Ready', 'True') }, health: 'Progressing', says: 'generation 2' },
  { title: 'an ExternalSecret whose condition is about an older generation', kind: 'ExternalSecret', status: condition('Ready', 'False', { observedGeneration: 1 }), health: 'Progressing' },
  { title: 'an ExternalSecret that is denied', kind: 'ExternalSecret', status: condition('Ready', 'False', { message: 'denied' }), health: 'Degraded', says: 'denied' },
  { title: 'a store that is valid', kind: 'ClusterSecretStore', status: condition('Ready', 'True'), health: 'Healthy' },
  { title: 'a SealedSecret without a status', kind: 'SealedSecret', health: 'Progressing', says: 'a controller for them must run' },
  { title: 'a SealedSecret that is unsealed', kind: 'SealedSecret', status: condition('Synced', 'True', { observedGeneration: 2 }), health: 'Healthy' },
  { title: "a SealedSecret with Sealed Secrets' own status", kind: 'SealedSecret', status: { observedGeneration: 2, ...condition('Synced', 'True') }, health: 'Healthy' },
  { title: 'a SealedSecret with an old Synced=True', kind: 'SealedSecret', status: { observedGeneration: 1, ...condition('Synced', 'True') }, health: 'Progressing', says: 'generation 2' },
  { title: 'a SealedSecret that no key opens, whose definition keeps no generation in conditions', kind: 'SealedSecret', status: { observedGeneration: -1, ...condition('Synced', 'False', { message: 'no key could decrypt secret (a)' }) }, health: 'Degraded', says: 'no key' },
  { title: 'a SealedSecret that an older generation of could not be opened', kind: 'SealedSecret', status: { observedGeneration: 1, ...condition('Synced', 'False', { message: 'old' }) }, health: 'Progressing', says: 'generation 2' },
  { title: 'a SealedSecret that no key opens', kind: 'SealedSecret', status: condition('Synced', 'False', { observedGeneration: 2, message: 'no key could decrypt secret (a)' }), health: 'Degraded', says: 'no key' },
  { title: 'a CronJob without a status', kind: 'CronJob', health: 'Progressing' },
  { title: 'a suspended CronJob', kind: 'CronJob', spec: { suspend: true }, health: 'Healthy', says: 'suspended' },
  { title: 'a CronJob that has never run', kind: 'CronJob', status: {}, health: 'Healthy' },
  { title: 'a CronJob whose last run failed', kind: 'CronJob', status: { lastScheduleTime: '2026-01-02T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:05Z' }, health: 'Degraded' },
  { title: 'a CronJob that runs', kind: 'CronJob', status: { active: [{}], lastScheduleTime: '2026-01-02T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:05Z' }, health: 'Healthy' },
  { title: 'a CronJob whose last run succeeded', kind: 'CronJob', status: { lastScheduleTime: '2026-01-02T00:00:00Z', lastSuccessfulTime: '2026-01-02T00:00:05Z' }, health: 'Healthy' },
  { title: 'an autoscaler that nobody has looked at', kind: 'HorizontalPodAutoscaler', health: 'Progressing' },
  { title: 'an autoscaler without metrics', kind: 'HorizontalPodAutoscaler', status: { conditions: [{ type: 'AbleToScale', status: 'True' }, { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric', message: 'no metrics' }] }, health: 'Degraded', says: 'no metrics' },
  { title: 'an autoscaler that can scale', kind: 'HorizontalPodAutoscaler', status: condition('AbleToScale', 'True'), health: 'Healthy' },
  { title: 'an autoscaler of v1', kind: 'HorizontalPodAutoscaler', metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/conditions': '[{"type":"AbleToScale","status":"True"}]' } }, health: 'Healthy' },
  { title: 'an autoscaler with an annotation of any shape', kind: 'HorizontalPodAutoscaler', metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/conditions': '{' } }, health: 'Progressing' },
  { title: 'a budget without a status', kind: 'PodDisruptionBudget', health: 'Progressing' },
  { title: 'a budget with an old status', kind: 'PodDisruptionBudget', status: { observedGeneration: 1, ...condition('DisruptionAllowed', 'True') }, health: 'Progressing' },
  { title: 'a budget that uses all it may', kind: 'PodDisruptionBudget', status: { observedGeneration: 2, ...condition('DisruptionAllowed', 'False', { reason: 'InsufficientPods' }) }, health: 'Healthy' },
  { title: 'a budget that cannot be kept', kind: 'PodDisruptionBudget', status: { observedGeneration: 2, ...condition('DisruptionAllowed', 'False', { reason: 'SyncFailed' }) }, health: 'Degraded', says: 'SyncFailed' },
  { title: 'an API that is served', kind: 'APIService', status: condition('Available', 'True'), health: 'Healthy' },
  { title: 'an API that cannot be reached', kind: 'APIService', status: condition('Available', 'False', { reason: 'MissingEndpoints', message: 'none' }), health: 'Progressing', says: 'MissingEndpoints: none' },
  { title: 'an API that nobody has looked at', kind: 'APIService', health: 'Progressing' },
  { title: 'a certificate without a status', kind: 'Certificate', health: 'Progressing' },
  { title: 'a certificate that is being issued again', kind: 'Certificate', status: { conditions: [{ type: 'Ready', status: 'False', message: 'failed' }, { type: 'Issuing', status: 'True', message: 'again' }] }, health: 'Progressing', says: 'again' },
  { title: 'a certificate that was issued', kind: 'Certificate', status: condition('Ready', 'True', { observedGeneration: 2 }), health: 'Healthy' },
  { title: 'a certificate that was issued for another spec', kind: 'Certificate', status: condition('Ready', 'True', { observedGeneration: 1 }), health: 'Progressing' },
  { title: 'a request for a certificate that is under way', kind: 'CertificateRequest', status: condition('Ready', 'False', { reason: 'Pending', message: 'waiting' }), health: 'Progressing' },
  { title: 'a request for a certificate that failed', kind: 'CertificateRequest', status: condition('Ready', 'False', { reason: 'Failed', message: 'no' }), health: 'Degraded' },
  { title: 'an issuer that cannot register', kind: 'Issuer', status: condition('Ready', 'False', { message: 'no account' }), health: 'Degraded', says: 'no account' },
  { title: 'an order that waits', kind: 'Order', status: { state: 'pending' }, health: 'Progressing' },
  { title: 'an order that was refused', kind: 'Order', status: { state: 'invalid', reason: 'CAA' }, health: 'Degraded', says: 'CAA' },
  { title: 'an order that is done', kind: 'Order', status: { state: 'valid' }, health: 'Healthy' },
  { title: 'a resource of Crossplane without a status', kind: 'Instance', health: 'Progressing' },
  { title: 'a resource of Crossplane that is being made', kind: 'Instance', status: { conditions: [{ type: 'Synced', status: 'True' }, { type: 'Ready', status: 'False', message: 'creating' }] }, health: 'Progressing', says: 'creating' },
  { title: 'a resource of Crossplane that cannot be made', kind: 'Instance', status: condition('Synced', 'False', { message: 'quota' }), health: 'Degraded', says: 'quota' },
  { title: 'a resource of Crossplane that is there', kind: 'Instance', status: { conditions: [{ type: 'Synced', status: 'True' }, { type: 'Ready', status: 'True' }] }, health: 'Healthy' },
  { title: 'a resource of Crossplane that was there before a change', kind: 'Instance', status: condition('Ready', 'True', { observedGeneration: 1 }), health: 'Progressing' },
  { title: 'settings of Crossplane', kind: 'ProviderConfig', status: { users: 3 }, health: 'Healthy' },
  { title: 'a resource of ACK without a status', kind: 'Bucket', health: 'Progressing' },
  { title: 'a resource of ACK that is beyond hope', kind: 'Bucket', status: { conditions: [{ type: 'Ready', status: 'False' }, { type: 'ACK.Terminal', status: 'True', message: 'name taken' }] }, health: 'Degraded', says: 'name taken' },
  { title: 'a resource of ACK that is not synced', kind: 'Bucket', status: condition('ACK.ResourceSynced', 'False', { message: 'soon' }), health: 'Progressing', says: 'soon' },
  { title: 'a resource of ACK that is ready', kind: 'Bucket', status: condition('Ready', 'True'), health: 'Healthy' },
  { title: "one of Flux's without a status", kind: 'Kustomization', status: { observedGeneration: -1 }, health: 'Progressing' },
  { title: "one of Flux's with an old status", kind: 'Kustomization', status: { observedGeneration: 1, ...condition('Ready', 'True') }, health: 'Progressing' },
  { title: "one of Flux's at work", kind: 'Kustomization', status: { observedGeneration: 2, conditions: [{ type: 'Ready', status: 'False' }, { type: 'Reconciling', status: 'True', message: 'at work' }] }, health: 'Progressing', says: 'at work' },
  { title: "one of Flux's that is stuck", kind: 'Kustomization', status: { observedGeneration: 2, ...condition('Stalled', 'True', { message: 'stuck' }) }, health: 'Degraded', says: 'stuck' },
  { title: "one of Flux's that failed", kind: 'Kustomization', status: { observedGeneration: 2, ...condition('Ready', 'False', { message: 'build failed' }) }, health: 'Degraded', says: 'build failed' },
  { title: "one of Flux's that is done", kind: 'Kustomization', status: { observedGeneration: 2, ...condition('Ready', 'True') }, health: 'Healthy' },
  { title: "one of Flux's that is suspended", kind: 'Kustomization', spec: { suspend: true }, health: 'Suspended' },
  { title: 'a Rollout that is paused', kind: 'Rollout', status: { observedGeneration: '2', phase: 'Paused', message: 'CanaryPauseStep' }, health: 'Suspended', says: 'CanaryPauseStep' },
  { title: 'a Rollout with an old verdict', kind: 'Rollout', status: { observedGeneration: '1', phase: 'Healthy' }, health: 'Progressing' },
  { title: 'a Rollout that is out', kind: 'Rollout', status: { observedGeneration: '2', phase: 'Healthy' }, health: 'Healthy' },
  { title: 'a Workflow that runs', kind: 'Workflow', health: 'Progressing' },
  { title: 'a Workflow that failed', kind: 'Workflow', status: { phase: 'Error', message: 'no' }, health: 'Degraded', says: 'no' },
  { title: 'a Workflow that is done', kind: 'Workflow', status: { phase: 'Succeeded' }, health: 'Healthy' },
  { title: 'an ApplicationSet without a status', kind: 'ApplicationSet', health: 'Progressing' },
  { title: 'an ApplicationSet in error', kind: 'ApplicationSet', status: { conditions: [{ type: 'ResourcesUpToDate', status: 'True' }, { type: 'ErrorOccurred', status: 'True', message: 'no such folder' }] }, health: 'Degraded', says: 'no such folder' },
  { title: 'an AppProject, which only holds settings', kind: 'AppProject', status: condition('Ready', 'False'), health: 'Healthy' },
  { title: 'an ApplicationSet that is up to date', kind: 'ApplicationSet', status: condition('ResourcesUpToDate', 'True'), health: 'Healthy' },
  { title: 'a custom kind that says nothing', kind: 'Widget', health: 'Healthy' },
  { title: 'a custom kind with an old status', kind: 'Widget', status: { observedGeneration: 1, ...condition('Ready', 'True') }, health: 'Progressing' },
  { title: 'a custom kind that is not ready', kind: 'Widget', status: condition('Ready', 'False', { message: 'not yet' }), health: 'Progressing', says: 'not yet' },
  { title: 'a custom kind at work', kind: 'Widget', status: condition('Reconciling', 'True'), health: 'Progressing' },
  { title: 'a custom kind that is stuck', kind: 'Widget', status: condition('Stalled', 'True', { message: 'stuck' }), health: 'Degraded', says: 'stuck' },
  { title: 'a custom kind that is ready', kind: 'Widget', status: condition('Ready', 'True'), health: 'Healthy' },
  { title: 'a generator, which has no status', kind: 'Password', health: 'Healthy' },
  { title: 'a ConfigMap', kind: 'ConfigMap', health: 'Healthy' },
  { title: 'what is being deleted', kind: 'ConfigMap', metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, health: 'Progressing', says: 'deletion' },
  { title: 'what says that its health does not count', kind: 'Job', metadata: { annotations: { 'argocd.argoproj.io/ignore-healthcheck': 'true' } }, health: 'Healthy' },
];

describe('assessHealth', () => {
  it.each(samples)('calls $title $health', ({ kind, spec = {}, status, metadata = {}, health, says = '' }) => {
    const object: KubeObject = { apiVersion: apiVersions[kind] ?? 'v1', kind, metadata: { name: 'a', namespace: 'ns', generation: 2, ...metadata }, spec, ...(status === undefined ? {} : { status }) };

    const assessed = assessHealth(object);

    expect(assessed.status).toBe(health);
    expect(assessed.message).toContain(says);
  });

  it('survives a status of any shape', () => {
    const odd: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: 'text', status: [1] };

    expect(assessHealth(odd).status).toBe('Progressing');
  });
});

describe('hasHealthRule', () => {
  it('goes by group and kind, whatever the version', () => {
    expect(hasHealthRule({ apiVersion: 'apps/v1beta9', kind: 'Deployment' })).toBe(true);
    expect(hasHealthRule({ apiVersion: 'v1', kind: 'Deployment' })).toBe(false);
  });

  it('leaves out kinds of which nothing can be told, and no custom one', () => {
    for (const apiVersion of ['v1', 'rbac.authorization.k8s.io/v1', 'generators.external-secrets.io/v1alpha1', 'autoscaling/v2']) expect(hasHealthRule({ apiVersion, kind: 'Thing' })).toBe(false);
    for (const apiVersion of ['example.com/v1', 'gateway.networking.k8s.io/v1', 's3.services.k8s.aws/v1alpha1']) expect(hasHealthRule({ apiVersion, kind: 'Thing' })).toBe(true);
  });
});
