import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { ClusterDeclarationStatus } from '../../src/api/cluster-declaration.ts';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';
import type { Informer, InformerOptions } from '../../src/kube/informer.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { startInformer } from '../../src/kube/reflector.ts';
import { namespaceType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import type { Controller } from '../../src/runtime/controller.ts';
import type { EventNote } from '../../src/runtime/outcome.ts';
import { namespaceFacts, type NamespaceFacts } from '../../src/secret/store-access.ts';
import { recordCalls, type RecordingCluster } from './recording-cluster.ts';
import type { World } from './secret-stage.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One of the kinds that are spread over namespaces, and how its fields are called. */
export interface SpreadKind {
  readonly kind: string;
  /** What names in its tests begin with. */
  readonly shortName: string;
  readonly apiVersion: string;
  readonly type: ResourceType;
  readonly childType: ResourceType;
  readonly fields: { readonly name: string; readonly spec: string; readonly metadata: string };
  /** A spec of a child; another one for another text. */
  readonly childSpec: (text: string) => Fields;
  readonly takenReason: string;
  readonly parseStatus: (object: KubeObject) => ClusterDeclarationStatus;
  /** Starts caches and the controller, which is not started yet. */
  readonly compose: (world: SpreadWorld) => Controller;
}

/** What a controller is made from. */
export interface SpreadWorld {
  readonly cluster: Cluster;
  readonly start: <T>(informer: InformerOptions<T>) => Informer<T>;
  readonly namespaces: Informer<NamespaceFacts>;
  readonly environment: {
    readonly clock: typeof systemClock;
    readonly random: () => number;
    readonly log: typeof silentLog;
    readonly metrics: ReturnType<typeof createMetrics>;
    readonly events: { readonly record: (about: { readonly metadata: ObjectMeta }, note: EventNote) => void };
  };
}

/** What the tests of one kind do and look at. All names of a test bear its own prefix. */
export interface SpreadStage {
  readonly cluster: Cluster;
  readonly recorded: RecordingCluster;
  readonly events: readonly EventNote[];
  /** Writes that the API server refuses the controller, as `create NAMESPACE` or `update NAME`. */
  readonly forbidden: Set<string>;
  /** The test's own name for something. */
  readonly named: (name: string) => string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly makeNamespace: (name: string, metadata?: Partial<ObjectMeta>) => Promise<KubeObject>;
  /** Declares it for all namespaces with the label `team: NAME`, unless told otherwise. */
  readonly declare: (spec?: Fields, metadata?: Partial<ObjectMeta>) => Promise<KubeObject>;
  readonly declared: () => Promise<KubeObject>;
  readonly edit: (type: ResourceType, key: { readonly namespace?: string; readonly name: string }, change: (object: KubeObject) => KubeObject) => Promise<void>;
  readonly remove: (type: ResourceType, key: { readonly namespace?: string; readonly name: string }) => Promise<void>;
  readonly child: (namespace: string, name?: string) => Promise<KubeObject | undefined>;
  readonly status: () => Promise<ClusterDeclarationStatus>;
  readonly until: (check: () => unknown, timeout?: number) => Promise<void>;
  readonly untilReady: (message: string) => Promise<void>;
  readonly untilFailed: (message: string | RegExp) => Promise<void>;
  /** Keys of the children that were written, with the verb. */
  readonly childWrites: () => readonly string[];
  readonly pause: (ms: number) => Promise<void>;
}

const options = { fieldManager: 'test' };
const { signal } = new AbortController();
const patience = { timeout: 15_000, interval: 20 };

/** Sets the stage for the tests of the calling `describe`. */
export function setSpreadStage(kind: SpreadKind, prefix: string, open: () => Promise<World>): SpreadStage {
  let world: World;
  let recorded: RecordingCluster;
  let events: EventNote[] = [];
  const forbidden = new Set<string>();
  let running: { readonly stop: () => Promise<void> } | undefined;
  let count = 0;
  const named = (name: string): string => `${prefix}-${count}-${name}`;

  beforeAll(async () => {
    world = await open();
  });
  afterAll(() => world.close());
  beforeEach(() => {
    count += 1;
    events = [];
    recorded = recordCalls(world.cluster);
  });
  const stop = async (): Promise<void> => {
    await running?.stop();
    running = undefined;
    recorded = recordCalls(world.cluster);
  };
  afterEach(async () => {
    await stop();
    forbidden.clear();
    for (const name of [named('all'), named('other')]) await world.cluster.delete(kind.type, { name }, { propagation: 'Background' }, signal);
  });

  const must = async (type: ResourceType, key: { readonly namespace?: string; readonly name: string }): Promise<KubeObject> => {
    const object = await world.cluster.get(type, key, signal);
    if (object === undefined) throw new Error(`${type.kind} ${key.name} is not there`);
    return object;
  };
  const until: SpreadStage['until'] = (check, timeout = patience.timeout) => vi.waitFor(check, { ...patience, timeout }).then(() => undefined);
  const declared = (): Promise<KubeObject> => must(kind.type, { name: named('all') });
  const status = async (): Promise<ClusterDeclarationStatus> => kind.parseStatus(await declared());
  const ready = async (): Promise<unknown> => (await status()).conditions.find(({ type }) => type === 'Ready');
  return {
    get cluster() {
      return world.cluster;
    },
    get recorded() {
      return recorded;
    },
    get events() {
      return events;
    },
    forbidden,
    named,
    start: async () => {
      running = await startSpread(kind, forbid(recorded, forbidden), (note) => void events.push(note));
    },
    stop,
    makeNamespace: (name, metadata = {}) => world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: named(name), labels: { team: named('team') }, ...metadata } }, options, signal),
    declare: (spec = {}, metadata = {}) =>
      world.cluster.create(
        kind.type,
        {
          apiVersion: kind.apiVersion,
          kind: kind.kind,
          metadata: { name: named('all'), ...metadata },
          spec: { [kind.fields.spec]: kind.childSpec('first'), namespaceSelectors: [{ matchLabels: { team: named('team') } }], ...spec },
        },
        options,
        signal,
      ),
    declared,
    edit: (type, key, change) => until(async () => world.cluster.update(type, change(structuredClone(await must(type, key))), options, signal)),
    remove: async (type, key) => void (await world.cluster.delete(type, key, { propagation: 'Background' }, signal)),
    child: (namespace, name = named('all')) => world.cluster.get(kind.childType, { namespace: named(namespace), name }, signal),
    status,
    until,
    untilReady: (message) => until(async () => expect(await ready()).toMatchObject({ status: 'True', reason: 'Synced', message })),
    untilFailed: (message) => until(async () => expect(await ready()).toMatchObject({ status: 'False', reason: 'Errored', message: typeof message === 'string' ? message : expect.stringMatching(message) })),
    childWrites: () => recorded.calls.filter(({ verb, resource }) => resource === kind.childType.plural && !verb.startsWith('get')).map(({ verb, key }) => `${verb} ${key}`),
    pause: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  };
}

function forbid(cluster: Cluster, forbidden: ReadonlySet<string>): Cluster {
  const check = (what: string): void => {
    if (forbidden.has(what)) throw new KubeError('denied', `forbidden: ${what}`);
  };
  return {
    ...cluster,
    create: async (type, object, writeOptions, callSignal) => {
      check(`create ${object.metadata.namespace ?? object.metadata.name}`);
      return cluster.create(type, object, writeOptions, callSignal);
    },
    update: async (type, object, writeOptions, callSignal) => {
      check(`update ${object.metadata.namespace ?? object.metadata.name}`);
      return cluster.update(type, object, writeOptions, callSignal);
    },
  };
}

async function startSpread(kind: SpreadKind, cluster: Cluster, record: (note: EventNote) => void): Promise<{ readonly stop: () => Promise<void> }> {
  const lifetime = new AbortController();
  const synced: Promise<void>[] = [];
  const deps = { clock: systemClock, random: Math.random, log: silentLog };
  const start = <T>(informer: InformerOptions<T>): Informer<T> => {
    const started = startInformer(cluster, informer, { ...deps, signal: lifetime.signal });
    synced.push(started.synced);
    return started;
  };
  const namespaces = start({ type: namespaceType, selection: { metadataOnly: true }, project: ({ metadata }) => namespaceFacts(metadata) });
  const environment = { ...deps, metrics: createMetrics({ version: 'test', process: false }), events: { record: (_about: unknown, note: EventNote) => record(note) } };
  const controller = kind.compose({ cluster, start, namespaces, environment });
  await Promise.all(synced);
  controller.start();
  return {
    stop: async () => {
      await controller.drain(500);
      lifetime.abort(new DOMException('stopped', 'AbortError'));
    },
  };
}
