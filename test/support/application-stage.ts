import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { parseApplicationStatus } from '../../src/api/application.ts';
import type { ApplicationStatus } from '../../src/api/application-status.ts';
import type { KubeObject, ObjectKey } from '../../src/api/object.ts';
import { createApplicationController } from '../../src/controllers/application/controller.ts';
import { applicationInformers } from '../../src/controllers/application/watch.ts';
import type { ProgressEvent } from '../../src/gitops/apply/progress.ts';
import { createManifestReader } from '../../src/gitops/render/manifest-reader.ts';
import { createResolver } from '../../src/gitops/source/resolver.ts';
import { isKubeError } from '../../src/kube/kube-error.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import { startInformer } from '../../src/kube/reflector.ts';
import { applicationType, deploymentType, externalSecretType, namespaceType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import type { EventNote } from '../../src/runtime/outcome.ts';
import { createGitRemote, type GitRemote } from './git-remote.ts';
import { recordCalls, type RecordingCluster } from './recording-cluster.ts';
import type { World } from './secret-stage.ts';
import { type Remote, type RunningSecrets, startSecrets } from './secret-world.ts';

type Fields = Readonly<Record<string, unknown>>;

interface RunningApplications {
  readonly events: { readonly about: string; readonly note: EventNote }[];
  readonly progress: ProgressEvent[];
  readonly stop: () => Promise<void>;
}

/** Both halves of the program against a cluster, and a Git remote that a test pushes to; for each test a destination of its own. */
export interface ApplicationStage {
  readonly recorded: RecordingCluster;
  readonly running: RunningApplications;
  readonly secrets: RunningSecrets;
  readonly remote: GitRemote;
  /** The destination's namespace; not created. */
  readonly namespace: string;
  /** Starts both halves. */
  readonly start: (options?: { readonly remote?: Remote } & Partial<StartOptions>) => Promise<void>;
  /** Stops both halves and starts to record anew. */
  readonly stop: () => Promise<void>;
  /** Writes manifests to files below `manifests/` and pushes; undefined removes one. Answers the commit. */
  readonly push: (files: Readonly<Record<string, string | undefined>>) => Promise<string>;
  /** Creates the Application: automated, prune, selfHeal, CreateNamespace, unless told otherwise. */
  readonly declare: (spec?: Fields, metadata?: Fields) => Promise<KubeObject>;
  readonly application: () => Promise<KubeObject>;
  readonly status: () => Promise<ApplicationStatus>;
  readonly get: (type: ResourceType, name: string) => Promise<KubeObject | undefined>;
  readonly create: (type: ResourceType, object: KubeObject) => Promise<KubeObject>;
  readonly remove: (type: ResourceType, name: string) => Promise<void>;
  readonly edit: (type: ResourceType, key: ObjectKey, change: (object: KubeObject) => KubeObject) => Promise<void>;
  /** Asks for a sync of an ExternalSecret; another mark asks again. */
  readonly forceSync: (name: string, mark: string) => Promise<void>;
  /** The Secret that a Deployment of `manifests` reads; undefined where there is no such Deployment. */
  readonly secretOf: (deployment: string) => Promise<string | undefined>;
  readonly createApplication: (object: KubeObject) => Promise<KubeObject>;
  readonly removeApplication: (name: string) => Promise<void>;
  /** Names of all Applications. */
  readonly applications: () => Promise<readonly string[]>;
  /** Moves the Git remote away, as when the server is gone. */
  readonly hideRemote: () => Promise<void>;
  readonly editApplication: (change: (object: KubeObject) => KubeObject) => Promise<void>;
  readonly until: (check: () => unknown) => Promise<void>;
  /** Waits until a commit is brought in. */
  readonly untilSynced: (commit: string) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
}

export const applicationNamespace = 'argocd';
const options = { fieldManager: 'test' };
const { signal } = new AbortController();

interface StartOptions {
  readonly syncOnce: boolean;
  /** Namespaces beside Argo CD's whose Applications are taken. */
  readonly alsoIn: readonly string[];
}

async function startApplications(cluster: RecordingCluster, cache: string, { syncOnce, alsoIn }: StartOptions): Promise<RunningApplications> {
  const lifetime = new AbortController();
  const shared = { clock: systemClock, random: Math.random, log: silentLog };
  const informers = applicationInformers([applicationNamespace, ...alsoIn]).map((informer) => startInformer(cluster, informer, { ...shared, signal: lifetime.signal }));
  const events: RunningApplications['events'] = [];
  const progress: ProgressEvent[] = [];
  const controller = createApplicationController({
    ...shared,
    cluster,
    applications: informers,
    startInformer: (informer, until) => startInformer(cluster, informer, { ...shared, signal: until }),
    resolver: createResolver({ git: { cache, protocols: ['file'], clock: systemClock, pollTtl: 0 } }),
    reader: createManifestReader(1 << 20),
    events: { record: ({ metadata, kind }, note) => void events.push({ about: `${kind} ${metadata.name}`, note }) },
    progress: { report: (event) => void progress.push(event) },
    controlNamespace: applicationNamespace,
    pollInterval: 200,
    syncOnce,
    randomBytes,
    signal: lifetime.signal,
    metrics: createMetrics({ version: 'test', process: false }),
  });
  await Promise.all(informers.map(({ synced }) => synced));
  controller.start();
  return {
    events,
    progress,
    stop: async () => {
      await controller.drain(2_000);
      lifetime.abort(new DOMException('stopped', 'AbortError'));
    },
  };
}

/** Sets the stage for the tests of the calling `describe`. */
export function setApplicationStage(prefix: string, open: () => Promise<World>): ApplicationStage {
  let world: World;
  let recorded: RecordingCluster;
  let running: RunningApplications | undefined;
  let secrets: RunningSecrets | undefined;
  let remote: GitRemote;
  let cache: string;
  let namespace: string;
  let count = 0;

  const keyFor = (type: ResourceType, name: string): ObjectKey => (type.namespaced ? { namespace, name } : { name });
  const applicationKey = (): Required<ObjectKey> => ({ namespace: applicationNamespace, name: namespace });
  const must = async (type: ResourceType, key: ObjectKey): Promise<KubeObject> => {
    const object = await world.cluster.get(type, key, signal);
    if (object === undefined) throw new Error(`${type.kind} ${key.name} is not there`);
    return object;
  };
  const until: ApplicationStage['until'] = (check) => vi.waitFor(check, { timeout: 20_000, interval: 25 }).then(() => undefined);
  const edit: ApplicationStage['edit'] = (type, key, change) => until(async () => world.cluster.update(type, change(structuredClone(await must(type, key))), options, signal));
  const stop = async (): Promise<void> => {
    await Promise.all([running?.stop(), secrets?.stop()]);
    [running, secrets] = [undefined, undefined];
  };

  beforeAll(async () => {
    world = await open();
    cache = mkdtempSync(join(tmpdir(), 'prelude-clones-'));
    try {
      await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: applicationNamespace } }, options, signal);
    } catch (error) {
      if (!isKubeError(error, 'exists')) throw error;
    }
  });
  afterAll(async () => {
    await world.close();
    rmSync(cache, { recursive: true, force: true });
  });
  beforeEach(async () => {
    count += 1;
    namespace = `${prefix}-${count}`;
    recorded = recordCalls(world.cluster);
    remote = await createGitRemote();
  });
  afterEach(async () => {
    await stop();
    await remote.close();
    // the next test starts controllers that see every Application and every ExternalSecret
    for (const type of [applicationType, externalSecretType]) {
      for await (const { items } of world.cluster.pages(type, {}, signal)) {
        for (const { metadata } of items) {
          const key = { namespace: metadata.namespace ?? '', name: metadata.name };
          if (metadata.finalizers !== undefined) await edit(type, key, (object) => ({ ...object, metadata: { ...object.metadata, finalizers: [] } })).catch(() => {});
          await world.cluster.delete(type, key, { propagation: 'Background' }, signal);
        }
      }
    }
  });

  return {
    get recorded() {
      return recorded;
    },
    get running() {
      if (running === undefined) throw new Error('not started');
      return running;
    },
    get secrets() {
      if (secrets === undefined) throw new Error('not started');
      return secrets;
    },
    get remote() {
      return remote;
    },
    get namespace() {
      return namespace;
    },
    start: async ({ remote: values = { 'prod/db': 'hunter2' }, syncOnce = false, alsoIn = [] } = {}) => {
      secrets = await startSecrets(recorded, values);
      running = await startApplications(recorded, cache, { syncOnce, alsoIn });
    },
    stop: async () => {
      await stop();
      recorded = recordCalls(world.cluster);
    },
    push: async (files) => {
      for (const [name, text] of Object.entries(files)) {
        if (text === undefined) await remote.remove(`manifests/${name}`);
        else await remote.write(`manifests/${name}`, text);
      }
      return remote.push('change');
    },
    declare: (spec = {}, metadata = {}) =>
      world.cluster.create(
        applicationType,
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Application',
          metadata: { ...applicationKey(), ...metadata },
          spec: {
            project: 'default',
            source: { repoURL: remote.url, targetRevision: 'main', path: 'manifests' },
            destination: { server: 'https://kubernetes.default.svc', namespace },
            syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'], retry: { limit: 2, backoff: { duration: '1s', factor: 2, maxDuration: '5s' } } },
            ...spec,
          },
        },
        options,
        signal,
      ),
    application: () => must(applicationType, applicationKey()),
    status: async () => parseApplicationStatus(await must(applicationType, applicationKey())),
    get: (type, name) => world.cluster.get(type, keyFor(type, name), signal),
    create: (type, object) => world.cluster.create(type, object, options, signal),
    remove: async (type, name) => void (await world.cluster.delete(type, keyFor(type, name), { propagation: 'Background' }, signal)),
    edit,
    forceSync: (name, mark) => edit(externalSecretType, { namespace, name }, (object) => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'force-sync': mark } } })),
    secretOf: async (name) => /secretKeyRef":\{"name":"(\w+)"/.exec(JSON.stringify(await world.cluster.get(deploymentType, { namespace, name }, signal)))?.[1],
    createApplication: (object) => world.cluster.create(applicationType, object, options, signal),
    removeApplication: async (name) => void (await world.cluster.delete(applicationType, { namespace: applicationNamespace, name }, { propagation: 'Background' }, signal)),
    applications: async () => {
      const names: string[] = [];
      for await (const { items } of world.cluster.pages(applicationType, { namespace: applicationNamespace }, signal)) names.push(...items.map(({ metadata }) => metadata.name));
      return names;
    },
    hideRemote: () => {
      const bare = fileURLToPath(remote.url);
      return rename(bare, `${bare}.away`);
    },
    editApplication: (change) => edit(applicationType, applicationKey(), change),
    until,
    untilSynced: (commit) =>
      until(async () => {
        const { operationState, sync } = parseApplicationStatus(await must(applicationType, applicationKey()));
        expect({ revision: operationState?.syncResult?.revision, phase: operationState?.phase, message: operationState?.message, sync: sync?.status }).toMatchObject({ revision: commit, phase: 'Succeeded', sync: 'Synced' });
      }),
    pause: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  };
}

/** Manifests of a small testnet. */
export const manifests = {
  store: `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: vault }
spec: { provider: { scripted: { account: testnet } } }
`,
  secret: (name: string, remoteKey = 'prod/db', key = 'password'): string => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name} }
spec:
  secretStoreRef: { name: vault }
  data: [{ secretKey: ${key}, remoteRef: { key: ${remoteKey} } }]
`,
  config: (name: string, value = 'one'): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { value: ${value} }
`,
  deployment: (name: string, secret: string, key = 'password'): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: node
          image: registry.example/node:1
          env: [{ name: PASSWORD, valueFrom: { secretKeyRef: { name: ${secret}, key: ${key} } } }]
`,
};

