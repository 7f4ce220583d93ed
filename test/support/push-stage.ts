import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { z } from 'zod';
import { createGeneratorCache } from '../../src/app/generator-cache.ts';
import { informersOf } from '../../src/app/start-informers.ts';
import type { Condition } from '../../src/api/condition.ts';
import type { KubeObject, ObjectKey, ObjectMeta } from '../../src/api/object.ts';
import type { PushSecretStatus } from '../../src/api/push-secret.ts';
import { parsePushSecretStatus } from '../../src/api/push-secret.ts';
import type { StoreKind } from '../../src/api/secret-store.ts';
import { createPushSecretController, type PushSecretController } from '../../src/controllers/push-secret/controller.ts';
import { pushSecretInformers } from '../../src/controllers/push-secret/watch.ts';
import { createGeneratorStates } from '../../src/controllers/generator-state/record-states.ts';
import { generatorStateInformer } from '../../src/controllers/generator-state/watch.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { clusterSecretStoreType, namespaceType, pushSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { createGeneratorRegistry, eraseGenerator } from '../../src/provider/generator-registry.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { createGeneratorRunner } from '../../src/provider/run-generators.ts';
import type { EventNote } from '../../src/runtime/outcome.ts';
import { renderForProvider } from '../../src/secret/template/render-for-provider.ts';
import { recordCalls, type RecordingCluster } from './recording-cluster.ts';
import { createScriptedWriter, type ScriptedWriter } from './scripted-writer.ts';
import type { World } from './secret-stage.ts';
import { createThreadRenderer } from './thread-renderer.ts';

type Fields = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;

/** What the tests of PushSecrets do and look at; for each test a namespace of its own. */
export interface PushStage {
  readonly cluster: Cluster;
  readonly recorded: RecordingCluster;
  readonly namespace: string;
  readonly script: ScriptedWriter;
  readonly events: readonly EventNote[];
  readonly controller: PushSecretController;
  /** What the generator `Fake` has taken back. */
  readonly takenBack: readonly unknown[];
  readonly start: () => Promise<void>;
  /** Makes the store `vault` and the Secret `source`, and starts. */
  readonly arrange: (source?: Texts) => Promise<void>;
  /** Stops the controller and starts to record anew; the provider stays as it is. */
  readonly stop: () => Promise<void>;
  readonly create: (type: ResourceType, object: KubeObject) => Promise<KubeObject>;
  readonly makeSecret: (name: string, data: Texts, metadata?: Partial<ObjectMeta>) => Promise<KubeObject>;
  /** Its account is the namespace and its name. Cluster stores get the test's own prefix. */
  readonly makeStore: (name: string, more?: { readonly kind?: StoreKind; readonly spec?: Fields; readonly metadata?: Partial<ObjectMeta> }) => Promise<string>;
  /** Declares a PushSecret that pushes `key` of the Secret `source` to `path` of the store `vault`, unless told otherwise. */
  readonly declare: (spec?: Fields, metadata?: Partial<ObjectMeta>) => Promise<KubeObject>;
  readonly get: (type: ResourceType, name: string) => Promise<KubeObject | undefined>;
  readonly edit: (type: ResourceType, name: string, change: (object: KubeObject) => KubeObject) => Promise<void>;
  readonly editSpec: (change: Fields) => Promise<void>;
  readonly setData: (name: string, data: Texts) => Promise<void>;
  readonly remove: (type: ResourceType, name: string) => Promise<void>;
  readonly status: () => Promise<PushSecretStatus>;
  /** What a store's account holds. */
  readonly held: (store?: string) => Texts;
  /** Calls of a verb, as places. */
  readonly called: (verb: 'write' | 'remove' | 'read') => readonly string[];
  readonly until: (check: () => unknown, timeout?: number) => Promise<void>;
  readonly untilSynced: (message?: string) => Promise<void>;
  readonly untilFailed: (message: string | RegExp, reason?: string) => Promise<void>;
  readonly untilHeld: (held: Texts, store?: string) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
}

/** An entry of `spec.data`. */
export function entry(secretKey: string, remoteKey: string, more: Fields = {}, property?: string): Fields {
  return { match: { secretKey, remoteRef: { remoteKey, ...(property === undefined ? {} : { property }) } }, ...more };
}

/** How a provider fails that may do better another time. */
export function unavailable(text = 'unable'): ProviderError {
  return new ProviderError('unavailable', text);
}

const options = { fieldManager: 'test' };
const { signal } = new AbortController();
const patience = { timeout: 10_000, interval: 20 };

/** One generator: what its spec says. What it says as `lease` must be taken back. */
function fakeGenerator(takenBack: unknown[]): Generator<{ readonly data: Texts }> {
  return {
    kind: 'Fake',
    schema: z.strictObject({ data: z.record(z.string(), z.string()) }),
    environment: [],
    credentials: () => [],
    generate: ({ data }) => Promise.resolve({ values: new Map(Object.entries(data).map(([key, text]) => [key, SecretBytes.fromUtf8(text)])), ...(data['lease'] === undefined ? {} : { state: data['lease'] }) }),
    cleanup: (_spec, state) => {
      takenBack.push(state);
      return Promise.resolve();
    },
  };
}

interface Running {
  readonly controller: PushSecretController;
  readonly stop: () => Promise<void>;
}

async function startPushing(cluster: Cluster, { script, events, takenBack }: { readonly script: ScriptedWriter; readonly events: EventNote[]; readonly takenBack: unknown[] }): Promise<Running> {
  const environment = { clock: systemClock, random: Math.random, log: silentLog };
  const metrics = createMetrics({ version: 'test', process: false });
  const lifetime = new AbortController();
  const startInformer = informersOf(cluster, environment, []);
  const started: Promise<void>[] = [];
  const start: Parameters<typeof createGeneratorCache>[1] = (_name, informer) => {
    const running = startInformer(informer, lifetime.signal);
    started.push(running.synced);
    return running;
  };
  const caches = {
    pushSecrets: start('pushsecrets', pushSecretInformers.pushSecrets),
    secretStores: start('stores', pushSecretInformers.secretStores),
    clusterSecretStores: start('cluster stores', pushSecretInformers.clusterSecretStores),
    secretVersions: start('secrets', pushSecretInformers.secretVersions),
    configMapVersions: start('config maps', pushSecretInformers.configMapVersions),
    namespaces: start('namespaces', pushSecretInformers.namespaces),
  };
  const refuse = (): never => {
    throw new Error('nothing in these tests has credentials');
  };
  const renderer = createThreadRenderer();
  const services = {
    credentials: { read: refuse, readWhole: refuse, version: () => '1', readConfigMap: refuse, configMapVersion: () => '1', serviceAccount: refuse, token: refuse },
    http: refuse,
    renderTemplate: (request: Parameters<typeof renderForProvider>[1], within: AbortSignal) => renderForProvider(renderer, request, within),
    environment: {},
    metrics,
    ...environment,
  };
  const planner = createStoreReader({ ...services, registry: createRegistry([erase(script.provider)]) });
  const runner = createGeneratorRunner({ ...services, registry: createGeneratorRegistry([eraseGenerator(fakeGenerator(takenBack))]) });
  const states = createGeneratorStates({ cluster, states: start('states', generatorStateInformer), runner, ...environment });
  const controller = createPushSecretController({
    cluster,
    caches,
    generators: createGeneratorCache(['Fake'], start),
    reader: planner,
    writer: planner,
    runner,
    states,
    renderer,
    events: { record: (_about, note) => void events.push(note) },
    controllerClass: 'default',
    sourceGrace: 300,
    leavingGrace: 1_000,
    metrics,
    ...environment,
  });
  await Promise.all(started);
  controller.start();
  return {
    controller,
    stop: async () => {
      await controller.drain(500);
      await planner.close();
      lifetime.abort(new DOMException('stopped', 'AbortError'));
    },
  };
}

/** Sets the stage for the tests of the calling `describe`. */
export function setPushStage(prefix: string, open: () => Promise<World>): PushStage {
  let world: World;
  let recorded: RecordingCluster;
  let script: ScriptedWriter;
  let running: Running | undefined;
  let events: EventNote[] = [];
  let takenBack: unknown[] = [];
  let namespace = '';
  let clusterStores: string[] = [];
  let count = 0;

  beforeAll(async () => {
    world = await open();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    count += 1;
    namespace = `${prefix}-${count}`;
    script = createScriptedWriter();
    events = [];
    takenBack = [];
    clusterStores = [];
    recorded = recordCalls(world.cluster);
    await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { prefix } } }, options, signal);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    // the next test starts a controller that sees every namespace
    for await (const { items } of world.cluster.pages(pushSecretType, {}, signal)) {
      for (const object of items) {
        const key = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
        const live = await world.cluster.get(pushSecretType, key, signal);
        if (live !== undefined) await world.cluster.update(pushSecretType, { ...live, metadata: { ...live.metadata, finalizers: [] } }, options, signal);
        await world.cluster.delete(pushSecretType, key, { propagation: 'Background' }, signal);
      }
    }
    for (const name of clusterStores) await world.cluster.delete(clusterSecretStoreType, { name }, { propagation: 'Background' }, signal);
  });

  const keyFor = (type: ResourceType, name: string): ObjectKey => (type.namespaced ? { namespace, name } : { name });
  const get: PushStage['get'] = (type, name) => world.cluster.get(type, keyFor(type, name), signal);
  const must = async (type: ResourceType, name: string): Promise<KubeObject> => {
    const object = await get(type, name);
    if (object === undefined) throw new Error(`${type.kind} ${name} is not there`);
    return object;
  };
  const create: PushStage['create'] = (type, object) => world.cluster.create(type, object, options, signal);
  const until: PushStage['until'] = (check, timeout = patience.timeout) => vi.waitFor(check, { ...patience, timeout }).then(() => undefined);
  const edit: PushStage['edit'] = (type, name, change) => until(async () => world.cluster.update(type, change(structuredClone(await must(type, name))), options, signal));
  const status: PushStage['status'] = async () => parsePushSecretStatus(await must(pushSecretType, 'push'));
  const ready = async (): Promise<Condition | undefined> => (await status()).conditions.find(({ type }) => type === 'Ready');
  const held: PushStage['held'] = (store = 'vault') => Object.fromEntries([...script.held(`${namespace}/${store}`)].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const makeSecret: PushStage['makeSecret'] = (name, data, metadata = {}) => create(secretType, { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { namespace, name, ...metadata }, data: encode(data) });
  const makeStore: PushStage['makeStore'] = async (name, { kind = 'SecretStore', spec = {}, metadata = {} } = {}) => {
    const isCluster = kind === 'ClusterSecretStore';
    const full = isCluster ? `${namespace}-${name}` : name;
    if (isCluster) clusterStores.push(full);
    const object = { apiVersion: 'external-secrets.io/v1', kind, metadata: { ...(isCluster ? {} : { namespace }), name: full, ...metadata }, spec: { provider: { writable: { account: `${namespace}/${name}` } }, ...spec } };
    await create(isCluster ? clusterSecretStoreType : secretStoreType, object);
    return full;
  };
  const start: PushStage['start'] = async () => {
    running = await startPushing(recorded, { script, events, takenBack });
  };
  return {
    get cluster() {
      return world.cluster;
    },
    get recorded() {
      return recorded;
    },
    get namespace() {
      return namespace;
    },
    get script() {
      return script;
    },
    get events() {
      return events;
    },
    get controller() {
      if (running === undefined) throw new Error('the controller does not run');
      return running.controller;
    },
    get takenBack() {
      return takenBack;
    },
    start,
    arrange: async (source = { key: 'value' }) => {
      await makeStore('vault');
      await makeSecret('source', source);
      await start();
    },
    stop: async () => {
      await running?.stop();
      running = undefined;
      script.calls.length = 0;
      recorded = recordCalls(world.cluster);
    },
    create,
    makeSecret,
    makeStore,
    declare: (spec = {}, metadata = {}) =>
      create(pushSecretType, {
        apiVersion: 'external-secrets.io/v1alpha1',
        kind: 'PushSecret',
        metadata: { namespace, name: 'push', ...metadata },
        spec: { secretStoreRefs: [{ name: 'vault' }], selector: { secret: { name: 'source' } }, data: [{ match: { secretKey: 'key', remoteRef: { remoteKey: 'path' } } }], ...spec },
      }),
    get,
    edit,
    editSpec: (change) => edit(pushSecretType, 'push', (object) => ({ ...object, spec: { ...fieldsOf(object['spec']), ...change } })),
    setData: (name, data) => edit(secretType, name, (secret) => ({ ...secret, data: encode(data) })),
    remove: async (type, name) => void (await world.cluster.delete(type, keyFor(type, name), { propagation: 'Background' }, signal)),
    status,
    held,
    called: (verb) => script.calls.flatMap((call) => (call.verb === verb ? [call.place] : [])),
    until,
    untilSynced: (message = 'PushSecret synced successfully') => until(async () => expect(await ready()).toMatchObject({ status: 'True', reason: 'Synced', message })),
    untilFailed: (message, reason = 'Errored') => until(async () => expect(await ready()).toMatchObject({ status: 'False', reason, message: typeof message === 'string' ? message : expect.stringMatching(message) })),
    untilHeld: (wanted, store) => until(() => expect(held(store)).toEqual(wanted)),
    pause: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  };
}

function encode(data: Texts): Texts {
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
