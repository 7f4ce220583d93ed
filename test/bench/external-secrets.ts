/*
 * What many ExternalSecrets cost: 1,000 of five keys each, or as many as are asked for, in 50 namespaces, through one ClusterSecretStore
 * on a provider that counts its calls and takes 20 ms for each. Cold: from the start of the controller until the last is Ready, beside a
 * client that makes the same writes and nothing else, in the same run. Then a new object while all others are refreshed, and memory
 * beside 30,000 Secrets that are nobody's business.
 *
 *   npm run bench:external-secrets -- [count] [shapes] [parts]      e.g. 10000 abc cold; parts: cold,new,unrelated
 *
 * PRELUDE_BIN=dist/prelude.js measures the bundle.
 */
import type { KubeObject } from '../../src/api/object.ts';
import { applicationType, clusterSecretStoreType, externalSecretType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { startController } from '../support/controller-process.ts';
import { isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { buildParts } from '../support/parts/build.ts';
import { awsStore, startTestnet, type Testnet } from '../support/testnet.ts';
import { readWrites, replayWrites } from './external-secrets/bare-client.ts';
import { createAll, createFleet, deleteAll, type Fleet, makeFleet, type Shape } from './external-secrets/fleet.ts';
import { processUsage } from './external-secrets/process-usage.ts';
import { watchReadiness } from './external-secrets/readiness.ts';

const [count = '1000', shapes = 'abc', wanted = 'cold,new,unrelated'] = process.argv.slice(2);
const objects = Number(count);
const never = new AbortController().signal;
const store = { kind: 'ClusterSecretStore', name: 'testnet-secrets' };
const latency = 20;

await using testnet = await startTestnet({ parts: await buildParts((line) => console.error(line)) });
const { cluster, aws, plane } = testnet;
for (const name of ['stores', 'devnet']) await cluster.delete(applicationType, { namespace: 'argocd', name }, {}, never);
const [document] = parseYaml(awsStore);
await cluster.create(clusterSecretStoreType, document?.value as KubeObject, { fieldManager: 'bench' }, never);
aws.delay(latency);

if (wanted.includes('cold')) for (const shape of shapes) await cold(testnet, shape as Shape);
if (wanted.includes('new')) await newUnderLoad(testnet);
if (wanted.includes('unrelated')) await unrelated(testnet);

async function cold(world: Testnet, shape: Shape): Promise<void> {
  const options = { shape, count: objects, refreshInterval: '1h', store };
  const fleet = makeFleet({ ...options, prefix: `testnet-${shape}` });
  for (const [key, value] of fleet.remote) aws.set(key, value);
  await createFleet(cluster, fleet);
  // the bare client finds its ExternalSecrets in place, as the controller does
  const copy = makeFleet({ ...options, prefix: `bare-${shape}`, store: { kind: 'SecretStore', name: 'of-nobody' } });
  await using readiness = await watchReadiness(cluster);
  aws.resetCalls();
  const before = writesOf(world);
  const controller = await startController({ kubeconfig: world.kubeconfig, args: [...world.args, '--controllers', 'secrets'], env: world.env });
  await readiness.until(objects);
  const seconds = (Math.max(...readiness.readyAt.values()) - controller.startedAt) / 1000;
  const usage = processUsage(controller.pid);
  const writes = writesOf(world) - before;
  const calls = aws.calls();
  await pause(10_000);
  const settled = processUsage(controller.pid);
  await controller.stop();

  await createFleet(cluster, copy);
  const bare = await replayWrites(plane, await readWrites(cluster, fleet.namespaces), (namespace) => namespace.replace('testnet-', 'bare-'));
  const ready = controller.startedIn / 1000;
  console.log(`${objects} ExternalSecrets x 5 keys, shape ${shape}: all Ready ${seconds.toFixed(2)} s after the process started (caches filled after ${ready.toFixed(2)} s)`);
  console.log(`  beside a bare client with the same writes: ${bare.toFixed(2)} s; ratio ${(seconds / bare).toFixed(2)}, without the start ${((seconds - ready) / bare).toFixed(2)}`);
  console.log(`  ${calls} provider calls, ${(writes / objects).toFixed(2)} writes each, ${usage.cpuSeconds.toFixed(1)} s CPU, ${usage.rssMiB} MiB at the end, ${settled.rssMiB} MiB 10 s later, ${settled.peakMiB} MiB at most`);
  for (const { namespaces } of [fleet, copy]) await sweep(namespaces);
}

/** A new object every so often, while all others are refreshed as fast as they can be. */
async function newUnderLoad(world: Testnet): Promise<void> {
  const fleet = makeFleet({ shape: 'b', count: objects, refreshInterval: '10s', prefix: 'testnet-load', store });
  for (const [key, value] of fleet.remote) aws.set(key, value);
  await createFleet(cluster, fleet);
  const controller = await startController({ kubeconfig: world.kubeconfig, args: [...world.args, '--controllers', 'secrets'], env: world.env });
  await using readiness = await watchReadiness(cluster);
  await readiness.until(objects);
  await pause(12_000);
  const calls = aws.calls();
  const started = performance.now();
  const waits: number[] = [];
  const samples = 100;
  for (let index = 0; index < samples; index += 1) {
    const key = `bench/new/${index}`;
    aws.set(key, 'new');
    const metadata = { namespace: fleet.namespaces[index % fleet.namespaces.length] ?? '', name: `new-${index}` };
    const asked = performance.now();
    await createAll(cluster, externalSecretType, [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata, spec: { refreshInterval: '1h', secretStoreRef: store, data: [{ secretKey: 'key', remoteRef: { key } }] } }]);
    await readiness.until(objects + index + 1);
    waits.push((readiness.readyAt.get(`${metadata.namespace}/${metadata.name}`) ?? Number.NaN) - asked);
    await pause(200);
  }
  const rate = (aws.calls() - calls) / ((performance.now() - started) / 1000);
  waits.sort((a, b) => a - b);
  console.log(`${samples} new objects while ${objects} are refreshed every 10 s (shape b, ${rate.toFixed(0)} provider calls/s of ${latency} ms): created to Ready p50 ${waits[49]?.toFixed(0)} ms, p99 ${waits[98]?.toFixed(0)} ms, most ${waits.at(-1)?.toFixed(0)} ms`);
  await controller.stop();
  await sweep(fleet.namespaces);
}

/** The same controller with and without Secrets that are nobody's business. */
async function unrelated(world: Testnet): Promise<void> {
  const fleet = makeFleet({ shape: 'c', count: 1000, refreshInterval: '1h', prefix: 'testnet-memory', store });
  for (const [key, value] of fleet.remote) aws.set(key, value);
  await createFleet(cluster, fleet);
  const first = await settledMemory(world);
  const namespace = 'unrelated';
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'bench' }, never);
  const value = Buffer.alloc(24_000, 'x').toString('base64');
  const many = 30_000;
  for (let from = 0; from < many; from += 1000) {
    await createAll(cluster, secretType, Array.from({ length: 1000 }, (_, index) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: `other-${from + index}` }, data: { value } })));
  }
  const second = await settledMemory(world);
  console.log(`memory with 1,000 ExternalSecrets: ${first} MiB; beside ${many} Secrets of 32 kB of others: ${second} MiB (${(((second - first) / first) * 100).toFixed(1)} %)`);
  await sweep([...fleet.namespaces, namespace]);
}

async function settledMemory(world: Testnet): Promise<number> {
  const controller = await startController({ kubeconfig: world.kubeconfig, args: [...world.args, '--controllers', 'secrets'], env: world.env });
  await using readiness = await watchReadiness(cluster);
  await readiness.until(1000);
  const samples: number[] = [];
  await pause(20_000);
  for (let index = 0; index < 10; index += 1) {
    samples.push(processUsage(controller.pid).rssMiB);
    await pause(1_000);
  }
  await controller.stop();
  return samples.toSorted((a, b) => a - b)[5] ?? Number.NaN;
}

async function sweep(namespaces: Fleet['namespaces']): Promise<void> {
  await deleteAll(cluster, externalSecretType, namespaces);
  await deleteAll(cluster, secretType, namespaces);
}


/** Effective writes of the controller so far, events apart. */
function writesOf({ plane: { auditLog } }: Testnet): number {
  return readAuditLog(auditLog).filter((entry) => entry.user === 'system:serviceaccount:argocd:prelude' && isEffectiveWrite(entry) && entry.resource !== 'events').length;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
