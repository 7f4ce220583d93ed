import { expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { createEventRecorder } from '../../src/kube/event-recorder.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { configMapType, eventType, namespaceType, serviceAccountType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useRealCluster } from '../support/real-cluster.ts';

const real = useRealCluster(inject('controlPlane'));
const { signal } = new AbortController();
const manager = { fieldManager: 'test' };
const rbac = 'rbac.authorization.k8s.io';
const clusterRoleType: ResourceType = { group: rbac, version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', namespaced: false, statusSubresource: false };
const clusterRoleBindingType: ResourceType = { ...clusterRoleType, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' };

/** A service account that may do with events what the chart allows, and nothing else. */
async function recorderAccount(admin: Cluster, namespace: string): Promise<Cluster> {
  const name = `events-${namespace}`;
  const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name };
  await admin.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'recorder', namespace } }, manager, signal);
  await admin.create(clusterRoleType, { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules: [{ apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] }] }, manager, signal);
  await admin.create(clusterRoleBindingType, { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects: [{ kind: 'ServiceAccount', name: 'recorder', namespace }] }, manager, signal);
  const token = await admin.tokenRequest({ namespace, name: 'recorder' }, { audiences: ['https://kubernetes.default.svc'], expirationSeconds: 600 }, signal);
  const account = await real.as({ token });
  await expect.poll(() => account.accessReview({ verb: 'patch', type: eventType, namespace }, signal), { timeout: 10_000 }).toBe(true);
  return account;
}

async function eventsOf(admin: Cluster, object: KubeObject, namespace: string): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for await (const page of admin.pages(eventType, { namespace, fieldSelector: `involvedObject.uid=${object.metadata.uid}` }, signal)) found.push(...page.items);
  return found;
}

it('events reach the API server with the rights to create and patch them alone, and count what repeats', async () => {
  const [admin, namespace] = [await real.admin(), await real.namespace()];
  const account = await recorderAccount(admin, namespace);
  const recorder = createEventRecorder(account, { component: 'prelude', clock: systemClock, log: silentLog, signal });
  const object = await admin.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } }, manager, signal);
  const whole = await admin.get(namespaceType, { name: namespace }, signal);

  for (let time = 0; time < 3; time += 1) recorder.record(object, { type: 'Warning', reason: 'UpdateFailed', message: 'the provider says no' });
  recorder.record(object, { type: 'Normal', reason: 'Updated', message: 'secret updated' });
  recorder.record(whole!, { type: 'Normal', reason: 'Created', message: 'namespace created' });
  await recorder.flush(signal);

  const events = await eventsOf(admin, object, namespace);
  expect(new Set(events.map(({ reason, count, type }) => [type, reason, count].join(' ')))).toEqual(new Set(['Normal Updated 1', 'Warning UpdateFailed 3']));
  expect(events[0]).toMatchObject({ involvedObject: { kind: 'ConfigMap', name: 'a', namespace }, source: { component: 'prelude' } });
  expect(await eventsOf(admin, whole!, 'default')).toMatchObject([{ reason: 'Created', involvedObject: { kind: 'Namespace', name: namespace } }]);
});
