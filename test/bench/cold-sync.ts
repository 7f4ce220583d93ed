/*
 * Counts what 100 ExternalSecrets of three distinct remote secrets each cost: provider calls and API writes, cold and per refresh
 * that changes nothing, counted at the servers. Then the process: memory when idle, and time from start to the first reconcile.
 * Run it by `npm run bench:cold-sync`; PRELUDE_BIN=dist/prelude.js measures the bundle.
 */
import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../src/api/object.ts';
import { applicationType, clusterSecretStoreType, externalSecretType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { type AuditEntry, isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { buildParts } from '../support/parts/build.ts';
import { awsStore, startTestnet, type Testnet } from '../support/testnet.ts';

const objects = 100;
const each = 3;
const namespace = 'testnet-bench';
const never = new AbortController().signal;

const parts = await buildParts((line) => console.error(line));
await using testnet = await startTestnet({ parts });
await prepare(testnet);

let controller = await startController(testnet);
await allSynced(testnet);
const startToSynced = secondsSinceStart(controller);
const cold = writes(testnet);
const secretWrites = cold.filter(({ resource }) => resource === 'secrets').length;
const statusWrites = cold.filter(({ resource }) => resource === 'externalsecrets').length;
console.log(`${objects} ExternalSecrets of ${each} distinct remote secrets each`);
console.log(`cold: ${testnet.aws.calls()} provider calls (${testnet.aws.calls('BatchGetSecretValue')} batches) for ${objects * each} values`);
console.log(`cold: ${secretWrites} Secret writes, ${statusWrites} ExternalSecret writes: ${((secretWrites + statusWrites) / objects).toFixed(2)} per object, events apart (${cold.filter(({ resource }) => resource === 'events').length})`);
console.log(`cold: first look to last Secret in ${startToSynced.toFixed(2)} s from process start`);

const before = { writes: writes(testnet).length, calls: testnet.aws.calls() };
await refreshes(testnet, 3);
const perRefresh = (testnet.aws.calls() - before.calls) / 3;
const later = writes(testnet).slice(before.writes).filter(({ resource }) => resource !== 'events');
for (const [what, entries] of Map.groupBy(later, ({ verb, resource, subresource = '' }) => `${verb} ${resource} ${subresource}`)) console.log(`  ${entries.length} x ${what}`);
console.log(`refresh without a change, 3 rounds: ${later.length} writes (events apart), about ${perRefresh.toFixed(1)} provider calls a round`);
await controller.stop();

await idle(testnet);

/** The store, the credentials' namespace, and the objects; the sample's Applications are not wanted here. */
async function prepare({ cluster, aws }: Testnet): Promise<void> {
  for (const name of ['stores', 'devnet']) await cluster.delete(applicationType, { namespace: 'argocd', name }, {}, never);
  const [store] = parseYaml(awsStore);
  await cluster.create(clusterSecretStoreType, store?.value as KubeObject, { fieldManager: 'bench' }, never);
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'bench' }, never);
  for (let index = 0; index < objects; index += 1) {
    const data = Array.from({ length: each }, (_, key) => ({ secretKey: `key-${key}`, remoteRef: { key: `bench/${index}/${key}` } }));
    for (const { remoteRef } of data) aws.set(remoteRef.key, `value of ${remoteRef.key}`);
    const spec = { refreshInterval: '10s', secretStoreRef: { kind: 'ClusterSecretStore', name: 'testnet-secrets' }, data };
    await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name: `secret-${index}` }, spec }, { fieldManager: 'bench' }, never);
  }
}

async function allSynced({ cluster }: Testnet): Promise<void> {
  for (;;) {
    let ready = 0;
    for await (const page of cluster.pages(externalSecretType, { namespace }, never)) ready += page.items.filter((item) => JSON.stringify(item['status'] ?? '').includes('"SecretSynced"')).length;
    if (ready === objects) return;
    await pause(20);
  }
}

/** What the controller wrote in the namespace, as the API server counted it. */
function writes({ plane }: Testnet): readonly AuditEntry[] {
  return readAuditLog(plane.auditLog).filter((entry) => entry.namespace === namespace && entry.user === 'system:serviceaccount:argocd:prelude' && isEffectiveWrite(entry));
}

/** Waits until every value has been asked for this many more times. */
async function refreshes({ aws }: Testnet, rounds: number): Promise<void> {
  const asked = (): number => aws.requests.reduce((sum, { ids }) => sum + ids.length, 0);
  const until = asked() + rounds * objects * each;
  while (asked() < until) await pause(100);
}

/** A controller with nothing to do but to watch, in a cluster with its objects in it. */
async function idle({ cluster, kubeconfig, args, env }: Testnet): Promise<void> {
  for (let index = 0; index < objects; index += 1) await cluster.delete(externalSecretType, { namespace, name: `secret-${index}` }, {}, never);
  while ((await countOf(cluster)) > 0) await pause(100);
  controller = await startController({ kubeconfig, args, env });
  console.log(`start to ready (caches filled, workers running): ${(controller.startedIn / 1000).toFixed(2)} s`);
  await pause(20_000);
  const status = readFileSync(`/proc/${controller.pid}/status`, 'utf8');
  console.log(`idle for 20 s: RSS ${(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toFixed(0)} MiB`);
  await controller.stop();
}

async function countOf(cluster: Testnet['cluster']): Promise<number> {
  let count = 0;
  for await (const page of cluster.pages(secretType, { namespace, metadataOnly: true }, never)) count += page.items.length;
  return count;
}

function secondsSinceStart({ startedAt }: ControllerProcess): number {
  return (performance.now() - startedAt) / 1000;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
