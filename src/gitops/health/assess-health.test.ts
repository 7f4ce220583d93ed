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
  { title: 'a SealedSecret that no key opens', kind: 'SealedSecret', status: condition('Synced', 'False', { observedGeneration: 2, message: 'no key could decrypt secret (a)' }), health: 'Degraded', says: 'no key' },
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
    expect(hasHealthRule({ apiVersion: 'example.com/v1', kind: 'Deployment' })).toBe(false);
  });
});
