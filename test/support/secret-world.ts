import { createFake } from '../../providers/fake/index.ts';
import { createStorePlaces } from '../../src/app/events/store-places.ts';
import { informersOf } from '../../src/app/start-informers.ts';
import { composeSecrets } from '../../src/app/secrets-half.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { namespaceType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ChangeNotice } from '../../src/provider/change-notice.ts';
import type { FindQuery, FoundValue, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { EventNote } from '../../src/runtime/outcome.ts';
import { parseGenericTargets } from '../../src/secret/manifest/allowed-targets.ts';
import type { RenderRequest } from '../../src/template/renderer.ts';
import { createRendererPool } from '../../src/template/worker/pool.ts';
import { recordRequests } from './recording-renderer.ts';
import { createScriptedGenerator, type ScriptedGenerator } from './scripted-generator.ts';
import { createScriptedProvider, type ScriptedProvider } from './scripted-provider.ts';

/** What a remote key holds: a value, an error, or nothing. */
export type Remote = Record<string, string | Uint8Array | ProviderError>;

/** The secrets half of the program, running against a cluster, with a provider in the test's hands beside the one whose values stand in the store. */
export interface RunningSecrets {
  /** What the provider holds; a test changes it at will. */
  readonly remote: Remote;
  readonly script: ScriptedProvider;
  readonly generator: ScriptedGenerator;
  /** What the renderer was asked for. */
  readonly requests: readonly RenderRequest[];
  readonly events: { readonly about: string; readonly note: EventNote }[];
  /** Tells of a change at the provider; answers how many ExternalSecrets it concerns. */
  readonly wake: (notice: ChangeNotice) => number;
  /** What a scrape finds. */
  readonly metrics: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Kinds that ExternalSecrets of the tests may make beside Secrets. */
const genericTargets = { kinds: parseGenericTargets(['v1/ConfigMap', 'acme.example/v1/Widget', 'scheduling.k8s.io/v1/PriorityClass']), others: false };

/** For all tests of a file: its threads end with the process. */
const pool = createRendererPool({ clock: systemClock });

/** Starts caches, reader and controllers; resolves when the caches are in sync. */
export async function startSecrets(cluster: Cluster, remote: Remote = {}, concerns?: (object: KubeObject) => boolean): Promise<RunningSecrets> {
  const script = createScriptedProvider();
  script.answer = async (refs) => refs.map((ref) => answer(remote, ref));
  script.find = async (query) => find(remote, query);
  const generator = createScriptedGenerator();
  const events: RunningSecrets['events'] = [];
  const renderer = recordRequests(pool);
  const lifetime = new AbortController();
  const metrics = createMetrics({ version: 'test', process: false });
  const environment = { clock: systemClock, random: Math.random, log: silentLog };
  const half = composeSecrets(
    {
      cluster,
      ...environment,
      startInformer: informersOf(cluster, environment, []),
      metrics,
      events: { record: ({ metadata, kind }, note) => void events.push({ about: `${kind} ${metadata.namespace ?? ''}/${metadata.name}`, note }) },
      lifetime: lifetime.signal,
    },
    { registry: createRegistry([erase(script.provider), erase(createFake())]), generators: [eraseGenerator(generator.generator)], controllerClass: 'default', environment: {}, genericTargets, placeOf: createStorePlaces([]), renderer: { ...renderer, close: () => Promise.resolve() }, ...(concerns === undefined ? {} : { concerns }) },
  );
  await Promise.all(half.caches.map(({ synced }) => synced));
  for (const controller of half.controllers) controller.start();
  return {
    remote,
    script,
    generator,
    events,
    wake: half.wake,
    metrics: async () => (await metrics.expose()).text,
    requests: renderer.requests,
    stop: async () => {
      await Promise.all(half.controllers.map((controller) => controller.drain(500)));
      await half.finish(AbortSignal.timeout(5_000));
      lifetime.abort(new DOMException('stopped', 'AbortError'));
    },
  };
}

function answer(remote: Remote, { key, version, metadata }: RemoteRef): ReadResult {
  const value = remote[key];
  if (value === undefined) return { kind: 'absent' };
  if (value instanceof ProviderError) return { kind: 'error', error: value };
  if (metadata === true) return { kind: 'value', value: SecretBytes.fromUtf8(JSON.stringify({ about: key })) };
  return { kind: 'value', value: bytesOf(value), version: version ?? 'current' };
}

/** All values whose names begin with the path and match the pattern; tags, this provider has none. */
function find(remote: Remote, { path = '', name, tags }: FindQuery): readonly FoundValue[] {
  return Object.entries(remote).flatMap(([key, value]) => {
    if (value instanceof ProviderError) throw value;
    const isFound = key.startsWith(path) && name?.matches(key) !== false && tags === undefined;
    return isFound ? [{ key, value: bytesOf(value), version: 'current' }] : [];
  });
}

function bytesOf(value: string | Uint8Array): SecretBytes {
  return typeof value === 'string' ? SecretBytes.fromUtf8(value) : new SecretBytes(value);
}

/** A namespace of its own, with a SecretStore `vault` in it that reads from the scripted provider. */
export async function makeNamespace(cluster: Cluster, name: string): Promise<void> {
  const { signal } = new AbortController();
  const options = { fieldManager: 'test' };
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, options, signal);
  await cluster.create(secretStoreType, storeObject(name), options, signal);
}

export function storeObject(namespace: string, spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { namespace, name: 'vault' },
    spec: { provider: { scripted: { account: namespace } }, ...spec },
  };
}

/** The values of a Secret as text, or undefined where there is none. */
export async function secretData(cluster: Cluster, namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined> {
  const secret = await cluster.get(secretType, { namespace, name }, new AbortController().signal);
  const data = secret?.['data'];
  if (secret === undefined) return undefined;
  return Object.fromEntries(Object.entries(typeof data === 'object' && data !== null ? data : {}).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString('utf8')]));
}
