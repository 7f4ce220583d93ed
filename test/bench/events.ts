/*
 * Measures how long it takes from a change at the provider to the Kubernetes Secret, where the change is told by an event: 500 changes one
 * after the other among 1,000 ExternalSecrets that would be refreshed in an hour. The moment of the Secret is that in which a watch of the
 * API server tells of it. Run it by `npm run bench:events`; PRELUDE_BIN=dist/prelude.js measures the bundle.
 */
import type { KubeObject } from '../../src/api/object.ts';
import { applicationType, clusterSecretStoreType, externalSecretType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { startController } from '../support/controller-process.ts';
import { writeEventsFiles } from '../support/events-files.ts';
import { buildParts } from '../support/parts/build.ts';
import { awsStore, startTestnet, type Testnet } from '../support/testnet.ts';

const objects = 1_000;
const samples = 500;
const namespace = 'testnet-events';
const goal = 1_000;
const never = new AbortController().signal;

const parts = await buildParts((line) => console.error(line));
await using testnet = await startTestnet({ parts });
using files = await writeEventsFiles();
await prepare(testnet);
const controller = await startController({ ...testnet, args: [...testnet.args, '--log-level', 'info', ...files.args] });
await allSynced(testnet);

const seen = watchSecrets(testnet);
await pause(500);
const callsBefore = testnet.aws.calls();
const took: number[] = [];
for (let sample = 0; sample < samples; sample += 1) {
  const index = (sample * 37) % objects;
  const value = `changed for the ${sample}th time`;
  const arrives = seen.expect(`secret-${index}`, Buffer.from(value).toString('base64'));
  testnet.aws.set(remoteKey(index), value);
  const began = performance.now();
  const status = await files.tell(remoteKey(index));
  if (status !== 202) throw new Error(`the event was answered with ${status}`);
  took.push((await arrives) - began);
}
const sorted = took.toSorted((a, b) => a - b);
const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
console.log(`${samples} changes among ${objects} ExternalSecrets with refreshInterval 1h: change to Secret p50 ${at(0.5).toFixed(1)} ms, p90 ${at(0.9).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, most ${at(1).toFixed(1)} ms`);
console.log(`${((testnet.aws.calls() - callsBefore) / samples).toFixed(2)} provider calls a change; goal p99 under ${goal} ms: ${at(0.99) < goal ? 'met' : 'MISSED'}`);
seen.stop();
await controller.stop();
if (at(0.99) >= goal) process.exitCode = 1;

function remoteKey(index: number): string {
  return `events/${index}`;
}

/** The store and the objects; the sample's Applications are not wanted here. */
async function prepare({ cluster, aws }: Testnet): Promise<void> {
  for (const name of ['stores', 'devnet']) await cluster.delete(applicationType, { namespace: 'argocd', name }, {}, never);
  await cluster.create(clusterSecretStoreType, parseYaml(awsStore)[0]?.value as KubeObject, { fieldManager: 'bench' }, never);
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'bench' }, never);
  for (let index = 0; index < objects; index += 1) {
    aws.set(remoteKey(index), 'as it was');
    const spec = { refreshInterval: '1h', secretStoreRef: { kind: 'ClusterSecretStore', name: 'testnet-secrets' }, data: [{ secretKey: 'value', remoteRef: { key: remoteKey(index) } }] };
    await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name: `secret-${index}` }, spec }, { fieldManager: 'bench' }, never);
  }
}

async function allSynced({ cluster }: Testnet): Promise<void> {
  for (;;) {
    let ready = 0;
    for await (const page of cluster.pages(externalSecretType, { namespace }, never)) ready += page.items.filter((item) => JSON.stringify(item['status'] ?? '').includes('"SecretSynced"')).length;
    if (ready === objects) return;
    await pause(200);
  }
}

/** Tells when the API server's watch brings a value. */
function watchSecrets({ cluster }: Testnet): { readonly expect: (name: string, value: string) => Promise<number>; readonly stop: () => void } {
  const ending = new AbortController();
  const expected = new Map<string, { readonly value: string; readonly resolve: (at: number) => void }>();
  const look = (object: KubeObject): void => {
    const one = expected.get(object.metadata.name);
    const data = object['data'];
    if (one === undefined || typeof data !== 'object' || data === null || !Object.values(data).includes(one.value)) return;
    expected.delete(object.metadata.name);
    one.resolve(performance.now());
  };
  void follow(cluster, look, ending.signal);
  return {
    expect: (name, value) => new Promise((resolve) => expected.set(name, { value, resolve })),
    stop: () => ending.abort(new Error('done')),
  };
}

/** Lists and watches the Secrets of the namespace, again whenever the watch ends. */
async function follow(cluster: Testnet['cluster'], look: (object: KubeObject) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      let version = '';
      for await (const page of cluster.pages(secretType, { namespace }, signal)) {
        page.items.forEach(look);
        version = page.resourceVersion;
      }
      for await (const event of cluster.watch(secretType, { namespace }, version, signal)) if (event.type !== 'bookmark') look(event.object);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
