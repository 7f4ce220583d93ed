import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Condition } from '../../src/api/condition.ts';
import type { ExternalSecretStatus } from '../../src/api/external-secret.ts';
import { parseExternalSecretStatus } from '../../src/api/external-secret.ts';
import type { KubeObject, ObjectKey } from '../../src/api/object.ts';
import type { SecretStoreStatus } from '../../src/api/secret-store.ts';
import { parseSecretStoreStatus } from '../../src/api/secret-store.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { externalSecretType, secretStoreType } from '../../src/kube/resource-types.ts';
import { recordCalls, type RecordingCluster } from './recording-cluster.ts';
import { makeNamespace, type Remote, type RunningSecrets, secretData, startSecrets } from './secret-world.ts';

/** A cluster to play on. */
export interface World {
  readonly cluster: Cluster;
  readonly close: () => Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;

/** What the tests of the secret controllers do and look at; for each test a namespace of its own. */
export interface Stage {
  /** The cluster as the tests use it; the controllers' is `recorded`. */
  readonly cluster: Cluster;
  readonly recorded: RecordingCluster;
  readonly running: RunningSecrets;
  readonly namespace: string;
  /** Starts the controllers, with what the provider holds. */
  readonly start: (remote?: Remote) => Promise<void>;
  /** Stops the controllers and starts to record anew. */
  readonly stop: () => Promise<void>;
  readonly create: (type: ResourceType, object: KubeObject) => Promise<KubeObject>;
  /** Creates an ExternalSecret that reads `prod/db` into `password`, unless told otherwise. */
  readonly declare: (name: string, spec?: Fields, metadata?: Fields) => Promise<KubeObject>;
  readonly get: (type: ResourceType, name: string) => Promise<KubeObject | undefined>;
  readonly remove: (type: ResourceType, name: string) => Promise<void>;
  readonly edit: (type: ResourceType, name: string, change: (object: KubeObject) => KubeObject) => Promise<void>;
  readonly status: (name: string) => Promise<ExternalSecretStatus>;
  readonly storeStatus: (name: string) => Promise<SecretStoreStatus>;
  readonly until: (check: () => unknown, timeout?: number) => Promise<void>;
  readonly untilSynced: (name: string) => Promise<void>;
  readonly untilFailed: (name: string, message: string | RegExp) => Promise<void>;
  /** Waits until a Secret holds just these texts; undefined: until it is gone. */
  readonly untilData: (name: string, data: Readonly<Record<string, string>> | undefined, timeout?: number) => Promise<void>;
  /** Time for what must not happen. */
  readonly pause: (ms: number) => Promise<void>;
}

const options = { fieldManager: 'test' };
const { signal } = new AbortController();
const patience = { timeout: 15_000, interval: 20 };

/** The garbage collector of a new control plane looks for new kinds every 30 seconds. */
export const collectorPatience = 45_000;

/** Sets the stage for the tests of the calling `describe`. */
export function setStage(prefix: string, open: () => Promise<World>): Stage {
  let world: World;
  let recorded: RecordingCluster;
  let running: RunningSecrets;
  let namespace: string;
  let count = 0;

  beforeAll(async () => {
    world = await open();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    count += 1;
    namespace = `${prefix}-${count}`;
    recorded = recordCalls(world.cluster);
    await makeNamespace(world.cluster, namespace);
  });
  afterEach(async () => {
    await running.stop();
    // the next test starts controllers that see every namespace
    for await (const { items } of world.cluster.pages(externalSecretType, {}, signal)) {
      for (const { metadata } of items) await world.cluster.delete(externalSecretType, { namespace: metadata.namespace ?? '', name: metadata.name }, { propagation: 'Background' }, signal);
    }
  });

  const keyFor = (type: ResourceType, name: string): ObjectKey => (type.namespaced ? { namespace, name } : { name });
  const get: Stage['get'] = (type, name) => world.cluster.get(type, keyFor(type, name), signal);
  const must = async (type: ResourceType, name: string): Promise<KubeObject> => {
    const object = await get(type, name);
    if (object === undefined) throw new Error(`${type.kind} ${name} is not there`);
    return object;
  };
  const until: Stage['until'] = (check, timeout = patience.timeout) => vi.waitFor(check, { ...patience, timeout }).then(() => undefined);
  const status: Stage['status'] = async (name) => parseExternalSecretStatus(await must(externalSecretType, name));
  const ready = async (name: string): Promise<Condition | undefined> => (await status(name)).conditions.find(({ type }) => type === 'Ready');
  return {
    get cluster() {
      return world.cluster;
    },
    get recorded() {
      return recorded;
    },
    get running() {
      return running;
    },
    get namespace() {
      return namespace;
    },
    start: async (remote = { 'prod/db': 'hunter2' }) => {
      running = await startSecrets(recorded, remote);
    },
    stop: async () => {
      await running.stop();
      recorded = recordCalls(world.cluster);
    },
    create: (type, object) => world.cluster.create(type, object, options, signal),
    declare: (name, spec = {}, metadata = {}) =>
      world.cluster.create(
        externalSecretType,
        {
          apiVersion: 'external-secrets.io/v1',
          kind: 'ExternalSecret',
          metadata: { namespace, name, ...metadata },
          spec: { secretStoreRef: { name: 'vault' }, data: [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }], ...spec },
        },
        options,
        signal,
      ),
    get,
    remove: async (type, name) => void (await world.cluster.delete(type, keyFor(type, name), { propagation: 'Background' }, signal)),
    edit: (type, name, change) => until(async () => world.cluster.update(type, change(structuredClone(await must(type, name))), options, signal)),
    status,
    storeStatus: async (name) => parseSecretStoreStatus(await must(secretStoreType, name)),
    until,
    untilSynced: (name) => until(async () => expect(await ready(name)).toMatchObject({ status: 'True', reason: 'SecretSynced', message: 'secret synced' })),
    untilFailed: (name, message) =>
      until(async () => expect(await ready(name)).toMatchObject({ status: 'False', reason: 'SecretSyncedError', message: typeof message === 'string' ? message : expect.stringMatching(message) })),
    untilData: (name, data, timeout) => until(async () => expect(await secretData(world.cluster, namespace, name)).toEqual(data), timeout),
    pause: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  };
}
