import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configMapType, deploymentType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { describeApplicationSync } from '../contract/application-sync.contract.ts';
import { describeApplicationUpkeep } from '../contract/application-upkeep.contract.ts';
import { describeApplicationRotation } from '../contract/application-rotation.contract.ts';
import { describeApplicationValues } from '../contract/application-values.contract.ts';
import { manifests, setApplicationStage } from '../support/application-stage.ts';
import { type AuditEntry, isEffectiveWrite } from '../support/parts/audit-log.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(() => world.stop());

const open = (): Promise<RealWorld> => Promise.resolve(world);

describeApplicationSync('on a real API server', open);
describeApplicationUpkeep('on a real API server', open);
describeApplicationRotation('on a real API server', open);
describeApplicationValues('on a real API server', open);

describe('the Git half, where something runs', () => {
  const stage = setApplicationStage('real', open);
  const annotated = (manifest: string, name: string, value: string): string => manifest.replace('metadata: { name:', `metadata: { annotations: { ${name}: '${value}' }, name:`);
  const message = async (): Promise<string> => (await stage.status()).operationState?.message ?? '';
  const ours = (): readonly AuditEntry[] => world.audit().filter((entry) => isEffectiveWrite(entry) && entry.userAgent.startsWith('prelude/') && (entry.namespace === stage.namespace || entry.name === stage.namespace));

  test('by the audit log, the first workload is written after the last Secret', async () => {
    const names = ['seed', 'producer', 'archive', 'faucet'];
    const files = Object.fromEntries(names.flatMap((name) => [[`${name}-secret.yaml`, manifests.secret(name)], [`${name}.yaml`, manifests.deployment(name, name)]]));
    const commit = await stage.push({ 'store.yaml': manifests.store, ...files });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);
    await stage.until(async () => expect((await stage.status()).health?.status).toBe('Healthy'));

    const secrets = ours().filter(({ resource, verb }) => resource === 'secrets' && verb === 'create');
    const workloads = ours().filter(({ resource }) => resource === 'deployments');
    expect(secrets).toHaveLength(4);
    expect(workloads).toHaveLength(4);
    expect(Math.min(...workloads.map(({ received }) => received))).toBeGreaterThan(Math.max(...secrets.map(({ completed }) => completed)));
    const created = ours().find(({ resource, verb }) => resource === 'namespaces' && verb === 'patch');
    expect(created?.received).toBeLessThan(Math.min(...secrets.map(({ received }) => received)));
  });

  test('nothing is written to a cluster that is as Git says, by a second start either', async () => {
    const commit = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('database'), 'node.yaml': manifests.deployment('node', 'database'), 'config.yaml': manifests.config('settings') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);
    await stage.until(async () => expect((await stage.status()).health?.status).toBe('Healthy'));
    await stage.stop();
    const versions = async (): Promise<unknown> => [await stage.application(), await stage.get(deploymentType, 'node'), await stage.get(configMapType, 'settings')].map((object) => object?.metadata.resourceVersion);
    const before = await versions();

    await stage.start();
    await stage.pause(2_000);

    expect(await versions()).toEqual(before);
    const reads = (): number => stage.recorded.calls.length;
    const quiet = reads();
    await stage.pause(1_000);
    expect(reads()).toBe(quiet);
  });

  test('a wave waits until the one before is healthy, and says for what', async () => {
    const held = manifests.deployment('first', 'handmade').replace('spec:\n      containers', 'spec:\n      nodeSelector: { there: "no" }\n      containers');
    const commit = await stage.push({ 'first.yaml': held, 'second.yaml': annotated(manifests.config('second'), 'argocd.argoproj.io/sync-wave', '1') });
    await stage.declare({}, { annotations: { 'prelude.dev/assume-secrets': 'handmade' } });
    await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
    await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'handmade' }, data: { password: 'eA==' } });
    await stage.start();
    await stage.until(async () => expect(await message()).toMatch(/^waiting for Deployment real-\d+\/first: 0 of 1 replicas are available/));
    await stage.pause(300);
    expect(await stage.get(configMapType, 'second')).toBeUndefined();
    expect(commit).toMatch(/^[0-9a-f]{40}$/);

    const next = await stage.push({ 'first.yaml': manifests.deployment('first', 'handmade') });
    await stage.untilSynced(next);
    expect(await stage.get(configMapType, 'second')).toBeDefined();
  });

  test('what has left Git is kept until its successors are healthy', async () => {
    await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
    await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'handmade' }, data: { password: 'eA==' } });
    const first = await stage.push({ 'old.yaml': manifests.deployment('old', 'handmade') });
    await stage.declare({}, { annotations: { 'prelude.dev/assume-secrets': 'handmade' } });
    await stage.start();
    await stage.untilSynced(first);

    const held = manifests.deployment('new', 'handmade').replace('spec:\n      containers', 'spec:\n      nodeSelector: { there: "no" }\n      containers');
    await stage.push({ 'old.yaml': undefined, 'new.yaml': held });
    await stage.until(async () => expect(await message()).toMatch(/^waiting for Deployment real-\d+\/new/));
    expect(await stage.get(deploymentType, 'old')).toBeDefined();

    const commit = await stage.push({ 'new.yaml': manifests.deployment('new', 'handmade') });
    await stage.untilSynced(commit);
    expect(await stage.get(deploymentType, 'old')).toBeUndefined();
  });

  test('a namespace that is being deleted is waited for, and everything comes again, secrets first', async () => {
    const commit = await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('database'), 'node.yaml': manifests.deployment('node', 'database') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);
    const before = (await stage.get(namespaceType, stage.namespace))?.metadata.uid;
    const since = Date.now() * 1000;

    await stage.remove(namespaceType, stage.namespace);
    await stage.until(async () => {
      expect((await stage.get(namespaceType, stage.namespace))?.metadata.uid).not.toBe(before);
      expect(await stage.get(deploymentType, 'node')).toBeDefined();
    });

    const again = ours().filter(({ received }) => received > since);
    const made = await stage.get(namespaceType, stage.namespace);
    const born = Date.parse(made?.metadata.creationTimestamp ?? '') * 1000;
    const secret = again.filter(({ resource, verb, received }) => resource === 'secrets' && verb === 'create' && received > born);
    const workload = again.filter(({ resource, received }) => resource === 'deployments' && received > born);
    expect(secret.length).toBeGreaterThan(0);
    expect(Math.min(...workload.map(({ received }) => received))).toBeGreaterThan(Math.min(...secret.map(({ completed }) => completed)));
  });

  test('a definition and an object of its kind come in one commit', async () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.${stage.namespace}.example.com }
spec:
  group: ${stage.namespace}.example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }]
`;
    const commit = await stage.push({ 'crd.yaml': crd, 'widget.yaml': `apiVersion: ${stage.namespace}.example.com/v1\nkind: Widget\nmetadata: { name: one }\n` });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);

    const widgets = { group: `${stage.namespace}.example.com`, version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true, statusSubresource: false };
    expect(await stage.get(widgets, 'one')).toBeDefined();
    await stage.remove(widgets, 'one');
    await stage.until(async () => expect(await stage.get(widgets, 'one')).toBeDefined());
  });

  test('an edited spec is put back, fields of others are left', async () => {
    const commit = await stage.push({ 'node.yaml': manifests.deployment('node', 'handmade') });
    await stage.declare({}, { annotations: { 'prelude.dev/assume-secrets': 'handmade' } });
    await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
    await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'handmade' }, data: { password: 'eA==' } });
    await stage.start();
    await stage.untilSynced(commit);

    await stage.edit(deploymentType, { namespace: stage.namespace, name: 'node' }, (object) => ({ ...object, spec: { ...Object(object['spec']), replicas: 3, minReadySeconds: 1 } }));
    await stage.until(async () => expect((await stage.get(deploymentType, 'node'))?.['spec']).toMatchObject({ replicas: 1, minReadySeconds: 1 }));
  });

  test('beside a live Argo CD controller only what it was told to skip is ours', async () => {
    await stage.create(
      { ...deploymentType, kind: 'StatefulSet', plural: 'statefulsets' },
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { namespace: 'argocd', name: 'argocd-application-controller', labels: { 'app.kubernetes.io/name': 'argocd-application-controller' } },
        spec: { replicas: 1, serviceName: 'argocd', selector: { matchLabels: { app: 'argocd' } }, template: { metadata: { labels: { app: 'argocd' } }, spec: { containers: [{ name: 'argocd', image: 'argocd' }] } } },
      },
    );
    try {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.pause(700);
      expect((await stage.application())['status']).toBeUndefined();

      await stage.editApplication((object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } }));
      await stage.untilSynced(commit);
    } finally {
      await world.cluster.delete({ ...deploymentType, kind: 'StatefulSet', plural: 'statefulsets' }, { namespace: 'argocd', name: 'argocd-application-controller' }, {}, new AbortController().signal);
    }
  });
});
