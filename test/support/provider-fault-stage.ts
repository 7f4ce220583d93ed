import { createFake } from '../../providers/fake/index.ts';
import type { Condition } from '../../src/api/condition.ts';
import { parseExternalSecretStatus } from '../../src/api/external-secret.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { createStorePlaces } from '../../src/app/events/store-places.ts';
import { composeSecrets } from '../../src/app/secrets-half.ts';
import { informersOf } from '../../src/app/start-informers.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { externalSecretType, namespaceType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { createRegistry, type ErasedProvider, erase } from '../../src/provider/registry.ts';
import { createRendererPool } from '../../src/template/worker/pool.ts';
import type { FaultLane } from './provider-fault-lane.ts';
import { recordCalls } from './recording-cluster.ts';

const never = new AbortController().signal;
const options = { fieldManager: 'test' };
const pool = createRendererPool({ clock: systemClock });

/** A write or a removal of a Secret, as the API server was asked for it. */
export interface SecretWrite {
  readonly name: string;
  /** Undefined: it was deleted. */
  readonly data: Readonly<Record<string, string>> | undefined;
}

export interface FaultStageOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly providers: readonly ErasedProvider[];
  readonly clock: Clock;
  readonly random: () => number;
}

/** The controllers at work on a cluster, with all that they let out, and the objects of one namespace. */
export interface FaultStage {
  readonly writes: readonly SecretWrite[];
  /** Everything that others can see: statuses, events, log lines. */
  readonly told: readonly string[];
  readonly metrics: () => Promise<string>;
  /** A SecretStore of this name, and the Secret with its credentials. */
  readonly addStore: (name: string, lane: Pick<FaultLane, 'provider' | 'credentials'>) => Promise<void>;
  readonly declare: (name: string, store: string, references: FaultLane['references'], spec?: object) => Promise<void>;
  readonly edit: (type: ResourceType, name: string, change: (object: KubeObject) => KubeObject) => Promise<void>;
  readonly remove: (type: ResourceType, name: string) => Promise<void>;
  readonly ready: (name: string) => Promise<Condition | undefined>;
  readonly data: (name: string) => Promise<Readonly<Record<string, string>> | undefined>;
  /** Has it read now, and answers how long it took until the Secret held this, in milliseconds. */
  readonly refresh: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

function textsOf(secret: KubeObject): Readonly<Record<string, string>> {
  const data = secret['data'];
  return Object.fromEntries(Object.entries(typeof data === 'object' && data !== null ? data : {}).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString('utf8')]));
}

/** Starts the controllers, and writes down what they write and tell. */
export async function startFaultStage({ cluster, namespace, providers, clock, random }: FaultStageOptions): Promise<FaultStage> {
  const writes: SecretWrite[] = [];
  const told: string[] = [];
  const watched: Cluster = {
    ...recordCalls(cluster),
    create: (type, object, how, signal) => {
      if (type === secretType) writes.push({ name: object.metadata.name, data: textsOf(object) });
      return cluster.create(type, object, how, signal);
    },
    update: (type, object, how, signal) => {
      if (type === secretType) writes.push({ name: object.metadata.name, data: textsOf(object) });
      return cluster.update(type, object, how, signal);
    },
    delete: (type, key, how, signal) => {
      if (type === secretType) writes.push({ name: key.name, data: undefined });
      return cluster.delete(type, key, how, signal);
    },
    patchStatus: (type, key, status, how, signal) => {
      told.push(`status of ${key.name}: ${JSON.stringify(status)}`);
      return cluster.patchStatus(type, key, status, how, signal);
    },
  };
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, options, never);

  const lifetime = new AbortController();
  const metrics = createMetrics({ version: 'test', process: false });
  const log = createLog({ level: 'debug', destination: { write: (line) => void told.push(line) } });
  const environment = { clock, random, log };
  const half = composeSecrets(
    {
      cluster: watched,
      ...environment,
      startInformer: informersOf(watched, environment, []),
      metrics,
      events: { record: ({ metadata }, note) => void told.push(`event of ${metadata.name}: ${JSON.stringify(note)}`) },
      lifetime: lifetime.signal,
    },
    { registry: createRegistry([...providers, erase(createFake())]), generators: [], controllerClass: 'default', environment: {}, allowLoopback: true, placeOf: createStorePlaces([]), renderer: { ...pool, close: () => Promise.resolve() } },
  );
  await Promise.all(half.caches.map(({ synced }) => synced));
  for (const controller of half.controllers) controller.start();

  const must = async (type: ResourceType, name: string): Promise<KubeObject> => {
    const object = await cluster.get(type, { namespace, name }, never);
    if (object === undefined) throw new Error(`${type.kind} ${name} is not there`);
    return object;
  };
  const edit: FaultStage['edit'] = async (type, name, change) => {
    for (let left = 10; ; left -= 1) {
      try {
        await cluster.update(type, change(structuredClone(await must(type, name))), options, never);
        return;
      } catch (error) {
        // the controllers write too
        if (left === 0) throw error;
      }
    }
  };
  let requests = 0;
  return {
    writes,
    told,
    metrics: async () => (await metrics.expose()).text,
    addStore: async (name, { provider, credentials }) => {
      const metadata = { namespace, name: `creds-${name}`, labels: { 'external-secrets.io/type': 'webhook' } };
      await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata, data: base64Of(credentials) }, options, never);
      await cluster.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace, name }, spec: { provider } }, options, never);
    },
    declare: async (name, store, [user, password], spec = {}) => {
      const data = [{ secretKey: 'user', remoteRef: user }, { secretKey: 'password', remoteRef: password }];
      await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name }, spec: { refreshInterval: '30s', secretStoreRef: { name: store }, data, ...spec } }, options, never);
    },
    edit,
    remove: async (type, name) => void (await cluster.delete(type, { namespace, name }, { propagation: 'Background' }, never)),
    ready: async (name) => parseExternalSecretStatus(await must(externalSecretType, name)).conditions.find(({ type }) => type === 'Ready'),
    data: async (name) => {
      const secret = await cluster.get(secretType, { namespace, name }, never);
      return secret === undefined ? undefined : textsOf(secret);
    },
    refresh: (name) => {
      requests += 1;
      return edit(externalSecretType, name, (object) => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'force-sync': String(requests) } } }));
    },
    stop: async () => {
      await Promise.all(half.controllers.map((controller) => controller.drain(500)));
      await half.finish(AbortSignal.timeout(5_000));
      lifetime.abort(new DOMException('stopped', 'AbortError'));
    },
  };
}


function base64Of(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}
