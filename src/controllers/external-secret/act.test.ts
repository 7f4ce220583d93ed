import { afterEach, beforeEach, expect, test } from 'vitest';
import { externalSecret, externalSecretObject } from '../../../test/support/external-secret.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { recordCalls, type RecordingCluster } from '../../../test/support/recording-cluster.ts';
import { makeNamespace, secretData } from '../../../test/support/secret-world.ts';
import type { World } from '../../../test/support/secret-stage.ts';
import type { ExternalSecret } from '../../api/external-secret.ts';
import type { KubeObject } from '../../api/object.ts';
import { externalSecretType, secretType } from '../../kube/resource-types.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import type { DesiredSecret } from '../../secret/desired-secret.ts';
import { desiredSecret, plainContent } from '../../secret/desired-secret.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { liveSecret } from '../../secret/live-secret.ts';
import { newSecret } from '../../secret/secret-object.ts';
import type { Applied } from './act.ts';
import { applySecret, deleteControlled, deleteOrphans, deleteTarget, keepSecret } from './act.ts';

const { signal } = new AbortController();
const key = { namespace: 'devnet', name: 'database' };
let world: World;
let cluster: RecordingCluster;
let database: ExternalSecret;

beforeEach(async () => {
  world = await openLocalWorld();
  await makeNamespace(world.cluster, 'devnet');
  // it has to be there: Secrets without their owner are collected
  const { uid = '' } = (await world.cluster.create(externalSecretType, externalSecretObject(), { fieldManager: 'test' }, signal)).metadata;
  database = externalSecret({ metadata: { uid } });
  cluster = recordCalls(world.cluster);
});
afterEach(() => world.close());

function wanted(password: string): DesiredSecret {
  return desiredSecret(database, plainContent(database, new Map([['password', SecretBytes.fromUtf8(password)]])));
}

async function stored(object: KubeObject): Promise<LiveSecret> {
  return liveSecret(await world.cluster.create(secretType, object, { fieldManager: 'test' }, signal));
}

function apply(password: string, live?: LiveSecret): Promise<Applied> {
  return applySecret({ externalSecret: database, desired: wanted(password), live }, { cluster, writes: createSemaphore(1) }, signal);
}

const verbs = (): readonly string[] => cluster.calls.map(({ verb }) => verb);

test('a Secret that is not known is created without a look', async () => {
  expect(await apply('p')).toMatchObject({ kind: 'written', event: { type: 'Normal', reason: 'Created', message: 'secret created' } });
  expect(verbs()).toEqual(['create']);
});

test('one that an earlier run has written already is found and left as it is', async () => {
  await stored(newSecret(wanted('p')));

  expect(await apply('p')).toMatchObject({ kind: 'unchanged' });
  expect(verbs()).toEqual(['getMetadata', 'get']);
});

test('one that an earlier run has written with other data is brought up to date', async () => {
  await stored(newSecret(wanted('old')));

  expect(await apply('new')).toMatchObject({ kind: 'written', event: { reason: 'Updated' } });
  expect(await secretData(cluster, 'devnet', 'database')).toEqual({ password: 'new' });
});

test("somebody else's is refused by its metadata alone", async () => {
  await stored({ apiVersion: 'v1', kind: 'Secret', metadata: key, data: { theirs: 'eA==' } });

  expect(await apply('p')).toMatchObject({ kind: 'refused', message: expect.stringContaining('was made by somebody else') });
  expect(verbs()).toEqual(['getMetadata']);
  expect(await secretData(cluster, 'devnet', 'database')).toEqual({ theirs: 'x' });
});

test('what is known may be out of date: the Secret is read again, and nothing newer is overwritten unseen', async () => {
  const stale = await stored(newSecret(wanted('old')));
  await world.cluster.update(secretType, { ...newSecret(wanted('p')), metadata: { ...newSecret(wanted('p')).metadata, ...stale.metadata, labels: { ...stale.metadata.labels, theirs: 'x' }, annotations: wanted('p').annotations } }, { fieldManager: 'other' }, signal);

  expect(await apply('p', stale)).toMatchObject({ kind: 'unchanged' });
  expect(verbs()).toEqual(['getMetadata', 'get']);
});

test('one that is known and gone is made anew', async () => {
  const gone = await stored(newSecret(wanted('old')));
  await world.cluster.delete(secretType, key, {}, signal);

  expect(await apply('p', gone)).toMatchObject({ kind: 'written', event: { reason: 'Created' } });
});

test('who is always overtaken gives up, and leaves the next try to the queue', async () => {
  await stored(newSecret(wanted('old')));
  const overtaken = { ...cluster, update: async (type: typeof secretType, object: KubeObject): Promise<KubeObject> => {
    const live = await world.cluster.get(secretType, key, signal);
    if (live !== undefined) await world.cluster.update(secretType, { ...live, data: { n: Buffer.from(String(Math.random())).toString('base64') } }, { fieldManager: 'other' }, signal);
    return world.cluster.update(type, object, { fieldManager: 'test' }, signal);
  } };

  await expect(applySecret({ externalSecret: database, desired: wanted('p'), live: undefined }, { cluster: overtaken, writes: createSemaphore(1) }, signal)).rejects.toMatchObject({ kind: 'conflict' });
});

test('a Secret cannot be made where there is no namespace', async () => {
  const nowhere = externalSecret({ metadata: { namespace: 'nowhere' } });
  const attempt = applySecret({ externalSecret: nowhere, desired: desiredSecret(nowhere, plainContent(nowhere, new Map())), live: undefined }, { cluster, writes: createSemaphore(1) }, signal);

  await expect(attempt).rejects.toMatchObject({ kind: 'absent' });
});

test('an orphan is deleted only as it was seen', async () => {
  const orphan = await stored(newSecret(wanted('old')));
  const other = { ...orphan, metadata: { ...orphan.metadata, uid: 'another' } };

  await expect(deleteOrphans([other], { cluster, writes: createSemaphore(1) }, signal)).rejects.toMatchObject({ kind: 'conflict' });
  expect(await deleteOrphans([orphan], { cluster, writes: createSemaphore(1) }, signal)).toEqual([{ type: 'Normal', reason: 'Deleted', message: 'secret "database" deleted because it was orphaned' }]);
});

function declaredWith(target: Readonly<Record<string, unknown>>): ExternalSecret {
  return externalSecret({ metadata: { uid: database.metadata.uid ?? '' }, spec: { target } });
}

function applyWith(target: Readonly<Record<string, unknown>>, live?: LiveSecret): Promise<Applied> {
  const declared = declaredWith(target);
  const desired = desiredSecret(declared, plainContent(declared, new Map([['password', SecretBytes.fromUtf8('p')]])));
  return applySecret({ externalSecret: declared, desired, live }, { cluster, writes: createSemaphore(1) }, signal);
}

const theirs = { apiVersion: 'v1', kind: 'Secret', metadata: key, data: { theirs: 'eA==' } };

test('what is merged into is read and updated as it was read', async () => {
  await stored(theirs);

  expect(await applyWith({ creationPolicy: 'Merge' })).toMatchObject({ kind: 'written', event: { reason: 'Updated' } });
  expect(await secretData(cluster, 'devnet', 'database')).toEqual({ theirs: 'x', password: 'p' });
  expect(verbs().slice(0, 3)).toEqual(['getMetadata', 'get', 'update']);
  expect(await applyWith({ creationPolicy: 'Merge' })).toMatchObject({ kind: 'unchanged' });
});

test('Merge makes nothing, and CreateOrMerge makes what is missing without a look', async () => {
  expect(await applyWith({ creationPolicy: 'Merge' })).toEqual({ kind: 'missing' });
  const before = verbs().length;
  expect(await applyWith({ creationPolicy: 'CreateOrMerge' })).toMatchObject({ kind: 'written', event: { reason: 'Created' } });
  expect(verbs().slice(before)).toEqual(['create']);
});

test('CreateOrMerge merges into what turns out to be there', async () => {
  await stored(theirs);

  await applyWith({ creationPolicy: 'CreateOrMerge' });
  expect(await secretData(cluster, 'devnet', 'database')).toEqual({ theirs: 'x', password: 'p' });
});

test('the Secret of another ExternalSecret is not merged into, nor read', async () => {
  const other = externalSecret({ metadata: { name: 'other', uid: (await world.cluster.create(externalSecretType, { ...externalSecretObject(), metadata: { name: 'other', namespace: 'devnet' } }, { fieldManager: 'test' }, signal)).metadata.uid ?? '' }, spec: { target: { name: 'database' } } });
  await stored(newSecret(desiredSecret(other, plainContent(other, new Map()))));

  expect(await applyWith({ creationPolicy: 'CreateOrMerge' })).toMatchObject({ kind: 'refused', message: expect.stringContaining('belongs to ExternalSecret "other"') });
  expect(verbs()).not.toContain('get');
});

test('a Secret that is kept is frozen with the values it has, and then left alone', async () => {
  const live = await stored(newSecret(wanted('as it is')));
  const frozen = declaredWith({ immutable: true });
  const act = { cluster, writes: createSemaphore(1) };

  const kept = await keepSecret({ externalSecret: frozen, live }, act, signal);
  expect(kept).toMatchObject({ kind: 'written', live: { immutable: true, dataHash: live.dataHash } });
  expect(await secretData(cluster, 'devnet', 'database')).toEqual({ password: 'as it is' });
  await expect(keepSecret({ externalSecret: frozen, live }, act, signal)).rejects.toMatchObject({ kind: 'conflict' });
  const before = verbs().length;
  if (kept.kind === 'written') expect(await keepSecret({ externalSecret: frozen, live: kept.live }, act, signal)).toMatchObject({ kind: 'unchanged' });
  expect(verbs()).toHaveLength(before);
});

test('the target is deleted where it is ours, and where it is not it stays', async () => {
  const act = { cluster, writes: createSemaphore(1) };
  expect(await deleteTarget(database, act, signal)).toEqual({ kind: 'done', deleted: false });
  await stored(newSecret(wanted('p')));
  expect(await deleteTarget(database, act, signal)).toEqual({ kind: 'done', deleted: true });
  await stored(theirs);
  expect(await deleteTarget(database, act, signal)).toMatchObject({ kind: 'refused', message: expect.stringContaining('was made by somebody else') });
  await deleteControlled(database, act, signal);
  expect(await secretData(cluster, 'devnet', 'database')).toEqual({ theirs: 'x' });
});
