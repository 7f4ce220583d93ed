import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Condition } from '../../src/api/condition.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { parseSealedSecretStatus } from '../../src/api/sealed-secret.ts';
import { composeSealed, type SealedHalf, type SealedHalfOptions } from '../../src/app/sealed-half.ts';
import { newKeySecret } from '../../src/app/sealing-keys/key-secret.ts';
import { informersOf } from '../../src/app/start-informers.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { namespaceType, sealedSecretType, secretType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { EventNote } from '../../src/runtime/outcome.ts';
import { sealValue } from '../../src/seal/ciphertext.ts';
import { type GeneratedKey, generateSealingKey } from '../../src/seal/generate-key.ts';
import { annotationOf, labelOf, type Scope } from '../../src/seal/scope.ts';
import { readSealingKey, type SealingKey } from '../../src/seal/sealing-key.ts';
import { createRendererPool } from '../../src/template/worker/pool.ts';
import { recordCalls, type RecordingCluster } from './recording-cluster.ts';
import type { World } from './secret-stage.ts';
import { secretData } from './secret-world.ts';

type Fields = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;

/** A key that tests make themselves: its Secret's content, and itself. */
export interface TestKey {
  readonly generated: GeneratedKey;
  readonly key: SealingKey;
}

/** @param now from when its certificate is good */
export async function makeKey(now = Date.now(), bits = 2048): Promise<TestKey> {
  const generated = await generateSealingKey({ bits, validFor: 10 * 365 * 86_400_000, commonName: '', now, randomBytes });
  return { generated, key: readSealingKey(generated.certificatePem, Buffer.from(generated.keyPem.reveal()).toString(), 'test') };
}

/** Seals texts for an owner. */
export function sealTexts(texts: Texts, { key }: { readonly key: Pick<SealingKey, 'certificate'> }, whose: { readonly namespace: string; readonly name: string; readonly scope?: Scope }): Texts {
  const label = labelOf({ scope: 'strict', ...whose });
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(sealValue(SecretBytes.fromUtf8(text), { key: key.certificate.publicKey, label, randomBytes })).toString('base64')]));
}

/** A key too short to be made by us: `wrong key RSA-1024` of upstream's suite. */
export function shortKey(): { readonly key: Pick<SealingKey, 'certificate'> } {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return { key: { certificate: { pem: '', fingerprint: '', publicKey, modulusBytes: 128, notBefore: 0, notAfter: 0 } } };
}

export interface RunningSealed {
  readonly half: SealedHalf;
  readonly events: { readonly about: string; readonly note: EventNote }[];
  /** RSA operations since the start. */
  readonly operations: () => number;
  readonly stop: () => Promise<void>;
}

const pool = createRendererPool({ clock: systemClock });

/** Starts the sealed half; resolves when its caches are in sync. */
export async function startSealed(cluster: Cluster, options: Partial<SealedHalfOptions> & { readonly keyNamespace: string }): Promise<RunningSealed> {
  const events: RunningSealed['events'] = [];
  const lifetime = new AbortController();
  const environment = { clock: systemClock, random: Math.random, log: silentLog };
  const half = composeSealed(
    {
      cluster,
      ...environment,
      startInformer: informersOf(cluster, environment, []),
      metrics: createMetrics({ version: 'test', process: false }),
      events: { record: ({ metadata, kind }, note) => void events.push({ about: `${kind} ${metadata.namespace ?? ''}/${metadata.name}`, note }) },
      lifetime: lifetime.signal,
    },
    {
      shape: { namespace: options.keyNamespace, prefix: 'sealed-secrets-key', bits: 2048, validFor: 87_600 * 3_600_000, commonName: '', labels: {}, annotations: {} },
      policy: { order: 'CertNotBefore', period: 720 * 3_600_000 },
      makesKeys: false,
      acceptDeprecated: true,
      renderer: { render: (request, signal) => pool.render(request, signal), close: () => Promise.resolve() },
      ...options,
    },
  );
  await Promise.all(half.caches.map(({ synced }) => synced));
  for (const controller of half.controllers) controller.start();
  return {
    half,
    events,
    operations: half.keys.operations,
    stop: async () => {
      await Promise.all(half.controllers.map((controller) => controller.drain(500)));
      await half.finish(AbortSignal.timeout(5_000));
      lifetime.abort(new DOMException('stopped', 'AbortError'));
    },
  };
}

/** What the tests of the sealed half do and look at; for each test a namespace of its own, which holds the keys, too. */
export interface SealedStage {
  readonly cluster: Cluster;
  readonly recorded: RecordingCluster;
  readonly running: RunningSealed;
  readonly namespace: string;
  /** The key that is there from the start. */
  readonly first: TestKey;
  readonly start: (options?: Partial<SealedHalfOptions>) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Puts a key's Secret there; answers its name. */
  readonly addKey: (key: TestKey, metadata?: Fields) => Promise<string>;
  /** Makes a SealedSecret of texts, sealed for itself. */
  readonly declare: (name: string, texts: Texts, more?: Declared) => Promise<KubeObject>;
  readonly create: (type: ResourceType, name: string, fields?: Fields, metadata?: Fields) => Promise<KubeObject>;
  readonly edit: (type: ResourceType, name: string, change: (object: KubeObject) => KubeObject) => Promise<void>;
  readonly get: (type: ResourceType, name: string) => Promise<KubeObject | undefined>;
  readonly remove: (type: ResourceType, name: string) => Promise<void>;
  readonly condition: (name: string) => Promise<Condition | undefined>;
  readonly until: (check: () => unknown, timeout?: number) => Promise<void>;
  readonly untilSynced: (name: string, generation?: number) => Promise<void>;
  readonly untilFailed: (name: string, message: string | RegExp) => Promise<void>;
  readonly untilData: (name: string, data: Texts | undefined, timeout?: number) => Promise<void>;
  readonly data: (name: string) => Promise<Texts | undefined>;
  readonly notes: (name: string) => readonly string[];
  readonly pause: (ms: number) => Promise<void>;
}

export interface Declared {
  readonly scope?: Scope;
  /** For whom it is sealed, where that is another. */
  readonly whose?: { readonly namespace?: string; readonly name?: string };
  readonly with?: { readonly key: Pick<SealingKey, 'certificate'> };
  readonly template?: Fields;
}

const options = { fieldManager: 'test' };
const { signal } = new AbortController();

/** Sets the stage for the tests of the calling `describe`. */
export function sealedStage(prefix: string, open: () => Promise<World>): SealedStage {
  let world: World;
  let recorded: RecordingCluster;
  let running: RunningSealed | undefined;
  let namespace: string;
  let first: TestKey;
  let count = 0;

  beforeAll(async () => {
    world = await open();
    first = await makeKey(Date.now() - 60_000);
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    count += 1;
    namespace = `${prefix}-${count}`;
    recorded = recordCalls(world.cluster);
    await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, options, signal);
    await addKey(first);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    // the next test starts a controller that sees every namespace
    for await (const { items } of world.cluster.pages(sealedSecretType, {}, signal)) {
      for (const { metadata } of items) await world.cluster.delete(sealedSecretType, { namespace: metadata.namespace ?? '', name: metadata.name }, { propagation: 'Background' }, signal);
    }
  });

  const addKey: SealedStage['addKey'] = async ({ generated }, metadata = {}) => {
    const name = `sealed-secrets-key${randomUUID().slice(0, 5)}`;
    const made = newKeySecret(generated, { namespace, name, labels: {}, annotations: {} });
    await world.cluster.create(secretType, { ...made, metadata: { ...made.metadata, ...metadata } }, options, signal);
    return name;
  };
  const get: SealedStage['get'] = (type, name) => world.cluster.get(type, { namespace, name }, signal);
  const must = async (type: ResourceType, name: string): Promise<KubeObject> => {
    const object = await get(type, name);
    if (object === undefined) throw new Error(`${type.kind} ${name} is not there`);
    return object;
  };
  const until: SealedStage['until'] = (check, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 20 }).then(() => undefined);
  const condition: SealedStage['condition'] = async (name) => parseSealedSecretStatus(await must(sealedSecretType, name)).conditions.find(({ type }) => type === 'Synced');
  const create: SealedStage['create'] = (type, name, fields = {}, metadata = {}) =>
    world.cluster.create(type, { apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`, kind: type.kind, metadata: { namespace, name, ...metadata }, ...fields }, options, signal);
  return {
    get cluster() {
      return world.cluster;
    },
    get recorded() {
      return recorded;
    },
    get running() {
      return running ?? expect.fail('not started');
    },
    get namespace() {
      return namespace;
    },
    get first() {
      return first;
    },
    start: async (more = {}) => {
      running = await startSealed(recorded, { keyNamespace: namespace, ...more });
    },
    stop: async () => {
      await running?.stop();
      running = undefined;
      recorded = recordCalls(world.cluster);
    },
    addKey,
    declare: (name, texts, { scope = 'strict', whose = {}, with: sealer = first, template } = {}) =>
      create(
        sealedSecretType,
        name,
        { spec: { encryptedData: sealTexts(texts, sealer, { namespace, name, ...whose, scope }), ...(template === undefined ? {} : { template }) } },
        { annotations: annotationOf(scope) },
      ),
    create,
    edit: (type, name, change) => until(async () => world.cluster.update(type, change(structuredClone(await must(type, name))), options, signal)),
    get,
    remove: async (type, name) => void (await world.cluster.delete(type, { namespace, name }, { propagation: 'Background' }, signal)),
    condition,
    until,
    untilSynced: (name, generation) => until(async () => expect(await condition(name)).toMatchObject({ status: 'True', message: '', ...(generation === undefined ? {} : { observedGeneration: generation }) })),
    untilFailed: (name, message) => until(async () => expect(await condition(name)).toMatchObject({ status: 'False', message: typeof message === 'string' ? message : expect.stringMatching(message) })),
    untilData: (name, data, timeout) => until(async () => expect(await secretData(world.cluster, namespace, name)).toEqual(data), timeout),
    data: (name) => secretData(world.cluster, namespace, name),
    notes: (name) => (running?.events ?? []).filter(({ about }) => about.endsWith(`/${name}`)).map(({ note }) => `${note.reason}: ${note.message}`),
    pause: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  };
}
