import { afterEach, beforeEach, expect, test } from 'vitest';
import { externalSecret } from '../../../../test/support/external-secret.ts';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import { recordCalls, type RecordingCluster } from '../../../../test/support/recording-cluster.ts';
import type { World } from '../../../../test/support/secret-stage.ts';
import type { KubeObject } from '../../../api/object.ts';
import { configMapType, externalSecretType, namespaceType } from '../../../kube/resource-types.ts';
import { createSemaphore } from '../../../lib/semaphore.ts';
import { desiredManifest } from '../../../secret/manifest/desired-manifest.ts';
import type { AppliedManifest } from './apply-manifest.ts';
import { applyManifest, deleteManifest } from './apply-manifest.ts';

const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const key = { namespace: 'devnet', name: 'database' };
const { signal } = new AbortController();

let world: World;
let cluster: RecordingCluster;
let uid: string;

beforeEach(async () => {
  world = await openLocalWorld();
  cluster = recordCalls(world.cluster);
  await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, { fieldManager: 'test' }, signal);
  const declared = await world.cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: key, spec: {} }, { fieldManager: 'test' }, signal);
  uid = declared.metadata.uid ?? '';
});
afterEach(() => world.close());

const es = (target: object = {}): ReturnType<typeof externalSecret> => externalSecret({ metadata: { ...key, uid }, spec: { target: { manifest: kind, ...target } } });
const options = (): Parameters<typeof applyManifest>[1] => ({ cluster, writes: createSemaphore(4) });
const apply = (data: object, target: object = {}): Promise<AppliedManifest> =>
  applyManifest({ externalSecret: es(target), type: configMapType, desired: desiredManifest(es(target), kind, { fields: { data }, labels: {}, annotations: {} }) }, options(), signal);
const there = (): Promise<KubeObject | undefined> => world.cluster.get(configMapType, key, signal);
const theirs = (data: object): Promise<KubeObject> => world.cluster.create(configMapType, { ...kind, metadata: key, data }, { fieldManager: 'them' }, signal);

test('it is made, left alone while it is right, and brought in line when it is not', async () => {
  expect(await apply({ a: '1' })).toMatchObject({ kind: 'written', event: { reason: 'Created', message: 'ConfigMap "database" created' } });
  expect(await apply({ a: '1' })).toMatchObject({ kind: 'unchanged' });
  expect(await apply({ a: '2' })).toMatchObject({ kind: 'written', event: { reason: 'Updated' } });
  expect((await there())?.['data']).toEqual({ a: '2' });
  expect(cluster.calls.filter(({ verb }) => verb !== 'get').map(({ verb, fieldManager }) => [verb, fieldManager])).toEqual([
    ['create', 'externalsecrets.external-secrets.io/database'],
    ['update', 'externalsecrets.external-secrets.io/database'],
  ]);
});

test('what somebody else has made is neither written nor deleted', async () => {
  const made = await theirs({ by: 'hand' });

  expect(await apply({ a: '1' })).toMatchObject({ kind: 'refused', message: expect.stringContaining('ConfigMap "database" was made by somebody else') });
  expect(await apply({ a: '1' }, { creationPolicy: 'Orphan' })).toMatchObject({ kind: 'refused' });
  expect(await deleteManifest(es(), configMapType, 'database', options(), signal)).toMatchObject({ kind: 'refused' });
  expect((await there())?.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
});

test('a merge waits for what is to be merged into, and leaves the fields of others', async () => {
  expect(await apply({ a: '1' }, { creationPolicy: 'Merge' })).toEqual({ kind: 'missing' });
  await theirs({ by: 'hand' });
  expect(await apply({ a: '1' }, { creationPolicy: 'Merge' })).toMatchObject({ kind: 'written' });
  expect((await there())?.['data']).toEqual({ a: '1', by: 'hand' });
  expect((await there())?.metadata.ownerReferences).toBeUndefined();
  expect(await apply({ a: '1' }, { creationPolicy: 'Merge' })).toMatchObject({ kind: 'unchanged' });
});

test('CreateOrMerge makes what is not there', async () => {
  expect(await apply({ a: '1' }, { creationPolicy: 'CreateOrMerge' })).toMatchObject({ kind: 'written', event: { reason: 'Created' } });
  expect((await there())?.metadata.ownerReferences).toBeUndefined();
});

test('what is ours can be deleted, once', async () => {
  await apply({ a: '1' });

  expect(await deleteManifest(es(), configMapType, 'database', options(), signal)).toEqual({ kind: 'deleted' });
  expect(await deleteManifest(es(), configMapType, 'database', options(), signal)).toEqual({ kind: 'absent' });
});

test('what was merged into stays theirs, whatever the policy becomes', async () => {
  await theirs({ by: 'hand' });
  await apply({ a: '1' }, { creationPolicy: 'Merge' });
  const merged = await there();

  expect(await apply({ a: '2' }, { creationPolicy: 'Orphan' })).toMatchObject({ kind: 'refused', message: expect.stringContaining('was made by somebody else') });
  for (const creationPolicy of ['Orphan', 'Owner', 'Merge']) expect(await deleteManifest(es({ creationPolicy }), configMapType, 'database', options(), signal)).toMatchObject({ kind: 'refused' });
  expect((await there())?.metadata.resourceVersion).toBe(merged?.metadata.resourceVersion);
});

test('what was made for nobody to own is written again, and can be deleted', async () => {
  await apply({ a: '1' }, { creationPolicy: 'Orphan' });

  expect(await apply({ a: '2' }, { creationPolicy: 'Orphan' })).toMatchObject({ kind: 'written' });
  expect(await deleteManifest(es({ creationPolicy: 'Orphan' }), configMapType, 'database', options(), signal)).toEqual({ kind: 'deleted' });
});
