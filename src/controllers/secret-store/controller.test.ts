import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalFolder, signal, us } from '../../../test/support/local-folder.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import { parseSecretStore, parseSecretStoreStatus } from '../../api/secret-store.ts';
import type { StoreKind } from '../../api/secret-store.ts';
import { objectVersion } from '../../kube/object-version.ts';
import type { Cluster } from '../../kube/port.ts';
import { startInformer } from '../../kube/reflector.ts';
import { configMapType, namespaceType, secretStoreType, secretType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Validation } from '../../provider/contract.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import type { NamedCredential } from '../../provider/store-reader.ts';
import type { Controller } from '../../runtime/controller.ts';
import type { EventNote } from '../../runtime/outcome.ts';
import { createSecretStoreController } from './controller.ts';

const finalizer = 'secretstore.externalsecrets.io/finalizer';
const folder = new LocalFolder();
let cluster: Cluster;
let controller: Controller;
let notes: EventNote[];
/** What validating the store comes to. */
let validation: () => Promise<Validation>;
let validations: number;
let credentials: readonly NamedCredential[];
/** Whether a PushSecret needs the store. */
let isHeld: boolean;
let tellHeld: (kind: StoreKind, key: ObjectKey) => void;
let stop: () => Promise<void>;

beforeEach(async () => {
  cluster = await folder.open({ types: [secretStoreType] });
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, us, signal);
  notes = [];
  validations = 0;
  validation = async () => 'valid';
  credentials = [];
  isHeld = false;
  const lifetime = new AbortController();
  const deps = { clock: systemClock, random: () => 0, log: silentLog, signal: lifetime.signal };
  const stores = startInformer(cluster, { type: secretStoreType, selection: {}, project: (object) => parsedObject(object, parseSecretStore) }, deps);
  const versionsOf = (type: typeof secretType) => startInformer(cluster, { type, selection: { metadataOnly: true }, project: objectVersion }, deps);
  const caches = { stores, secretVersions: versionsOf(secretType), configMapVersions: versionsOf(configMapType) };
  controller = createSecretStoreController({
    kind: 'SecretStore',
    cluster,
    caches,
    reader: {
      validate: () => {
        validations += 1;
        return validation();
      },
      credentials: () => credentials,
      capabilities: () => 'ReadWrite',
    },
    holds: {
      isHeld: () => isHeld,
      subscribe: (listener) => {
        tellHeld = listener;
        return () => {};
      },
    },
    events: { record: (_, note) => void notes.push(note) },
    controllerClass: 'default',
    ...deps,
    metrics: { reconciled: () => {}, watchQueue: () => {}, watchObjects: () => {} },
  });
  await Promise.all(Object.values(caches).map(({ synced }) => synced));
  controller.start();
  stop = async () => {
    await controller.drain(1000);
    lifetime.abort();
  };
});

afterEach(() => stop());

async function create(spec: object = {}, metadata: object = {}): Promise<KubeObject> {
  return cluster.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace: 'devnet', name: 'vault', ...metadata }, spec: { provider: { fake: { data: [] } }, ...spec } }, us, signal);
}

function live(): Promise<KubeObject | undefined> {
  return cluster.get(secretStoreType, { namespace: 'devnet', name: 'vault' }, signal);
}

/** The Ready condition as `Status Reason`. */
async function ready(): Promise<string | undefined> {
  const object = await live();
  const condition = object === undefined ? undefined : parseSecretStoreStatus(object).conditions.find(({ type }) => type === 'Ready');
  return condition === undefined ? undefined : `${condition.status} ${condition.reason}`;
}

const finalizersNow = async (): Promise<readonly string[] | undefined> => (await live())?.metadata.finalizers;

describe('a store', () => {
  it('is ready once its provider says so, with what can be done with it, and tells so once', async () => {
    await create();
    await expect.poll(ready).toBe('True Valid');
    controller.enqueue({ namespace: 'devnet', name: 'vault' });
    await expect.poll(() => validations).toBe(2);

    expect(await live()).toMatchObject({ status: { capabilities: 'ReadWrite' } });
    expect(notes).toEqual([{ type: 'Normal', reason: 'Valid', message: 'store validated' }]);
  });

  it('that could not be checked is ready all the same, and claims no capabilities', async () => {
    validation = async () => 'unknown';
    await create();
    await expect.poll(ready).toBe('True ValidationUnknown');

    expect((await live())?.['status']).not.toHaveProperty('capabilities');
  });

  it('that is refused says why, and is ready as soon as its credentials are others', async () => {
    credentials = [{ kind: 'Secret', namespace: 'devnet', name: 'creds' }, { kind: 'ConfigMap', namespace: 'devnet', name: 'ca' }];
    validation = () => Promise.reject(new ProviderError('invalid', 'no such key'));
    await create();
    await expect.poll(ready).toBe('False InvalidProviderConfig');
    const before = validations;
    await cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'devnet', name: 'ca' }, data: {} }, us, signal);
    await expect.poll(() => validations).toBeGreaterThan(before);
    validation = async () => 'valid';
    await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'devnet', name: 'creds' }, data: {} }, us, signal);

    await expect.poll(ready).toBe('True Valid');
    expect(notes.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Warning InvalidProviderConfig', 'Normal Valid']);
  });

  it('of another class is left alone, with its finalizer', async () => {
    await create({ controller: 'blue' }, { finalizers: [finalizer] });
    isHeld = true;
    tellHeld('SecretStore', { namespace: 'devnet', name: 'vault' });
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect([validations, await ready(), await finalizersNow()]).toEqual([0, undefined, [finalizer]]);
  });
});

describe('the finalizer of a store', () => {
  it('is put there while a PushSecret needs the store, and taken away when none does any more', async () => {
    await create();
    await expect.poll(ready).toBe('True Valid');
    isHeld = true;
    tellHeld('ClusterSecretStore', { name: 'vault' });
    tellHeld('SecretStore', { namespace: 'devnet', name: 'vault' });
    await expect.poll(finalizersNow).toEqual([finalizer]);
    isHeld = false;
    tellHeld('SecretStore', { namespace: 'devnet', name: 'vault' });

    await expect.poll(finalizersNow).not.toContain(finalizer);
  });

  it('keeps a store that is deleted until its PushSecrets have let it go', async () => {
    isHeld = true;
    await create({}, { finalizers: ['example.com/other'] });
    await expect.poll(finalizersNow).toEqual(['example.com/other', finalizer]);
    await cluster.delete(secretStoreType, { namespace: 'devnet', name: 'vault' }, {}, signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await finalizersNow()).toContain(finalizer);
    isHeld = false;
    tellHeld('SecretStore', { namespace: 'devnet', name: 'vault' });

    await expect.poll(finalizersNow).toEqual(['example.com/other']);
  });

  it.each([
    ['sound', {}],
    ['broken', { provider: {} }],
  ])('that was left on a %s store by External Secrets does not let its deletion hang', async (_, spec) => {
    isHeld = true;
    await create({}, { finalizers: [finalizer] });
    await expect.poll(ready).toBe('True Valid');
    isHeld = false;
    const object = await live();
    if (object === undefined) throw new Error('the store is gone');
    await cluster.update(secretStoreType, { ...object, spec: { provider: { fake: { data: [] } }, ...spec } }, us, signal);
    await cluster.delete(secretStoreType, { namespace: 'devnet', name: 'vault' }, {}, signal);

    await expect.poll(live).toBeUndefined();
  });
});
