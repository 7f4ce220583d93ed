/*
 * A takeover from External Secrets and back, live: the real operator makes 500 Secrets of every kind of policy, Prelude takes over, and
 * the operator takes over again. Counted at the API server and at the provider: what each of them writes and reads on adoption.
 * Run it by `PEER_ESO=/path/to/external-secrets npm run bench:takeover`, with a binary of External Secrets' controller.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { clusterGeneratorType, externalSecretType, generatorType, namespaceType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { startController } from '../support/controller-process.ts';
import { startCountingAws } from '../support/counting-aws.ts';
import { type AuditEntry, isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { buildParts } from '../support/parts/build.ts';
import { startControlPlane } from '../support/parts/control-plane.ts';
import { freePorts } from '../support/parts/free-ports.ts';
import { takenOver, takenRemote } from '../support/takeover/policies.ts';
import { installUpstreamCrds } from '../support/takeover/upstream-cluster.ts';
import { byName } from '../support/takeover/upstream-state.ts';
import { watchReadiness } from './external-secrets/readiness.ts';

const peer = process.env['PEER_ESO'];
if (peer === undefined) throw new Error("set PEER_ESO to a binary of External Secrets' controller");
const objects = 500;
const namespace = 'team-a';
const by = { fieldManager: 'bench' };
const never = new AbortController().signal;
/** Durations as Go spells them. */
const spelled: Readonly<Record<string, string>> = { '1h': '1h0m0s', '24h': '24h0m0s', '0': '0s' };
const generators = 'generators.external-secrets.io/v1alpha1';

const parts = await buildParts((line) => console.error(line));
const [plane, aws] = await Promise.all([startControlPlane(parts), startCountingAws({ secrets: takenRemote })]);
const cluster = await openCluster({ kubeconfig: plane.kubeconfig });
const env = { AWS_SECRETSMANAGER_ENDPOINT: aws.url };
try {
  await prepare();
  await using readiness = await watchReadiness(cluster);
  let operator = await startOperator();
  await readiness.until(objects);
  // its second look at each, after its own first update
  await pause(30_000);
  await stop(operator);
  console.log(`External Secrets has made ${(await byName(cluster, secretType, namespace)).size - 1} Secrets of ${objects} ExternalSecrets with ${aws.calls()} provider calls`);

  // what it does after any restart, for comparison
  await adopt('External Secrets, started again,', async () => {
    operator = await startOperator();
    await pause(30_000);
    await stop(operator);
  });
  const made = await fingerprints();
  await adopt('Prelude', async () => {
    const controller = await startController({ kubeconfig: plane.kubeconfig, args: ['--controllers', 'secrets'], env });
    await pause(20_000);
    await controller.stop();
  });
  compare('Prelude', made, await fingerprints());
  await adopt('External Secrets', async () => {
    operator = await startOperator();
    await pause(30_000);
    await stop(operator);
  });
  compare('External Secrets', made, await fingerprints());

  // Secrets that Prelude has made are taken over as well. The operator's first update of any object spells durations its own way, which
  // is a new generation, and so a refresh; team-c's objects are written as it would write them, and have none
  for (const name of ['team-b', 'team-c']) {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, by, never);
    await prepareNamespace(name);
    await declare(name, name === 'team-c' ? asOperatorWrites : (spec) => spec);
  }
  const controller = await startController({ kubeconfig: plane.kubeconfig, args: ['--controllers', 'secrets'], env });
  await readiness.until(3 * objects);
  await pause(3_000);
  await controller.stop();
  const ours = new Map([['team-b', await fingerprints('team-b')], ['team-c', await fingerprints('team-c')]]);
  await adopt('External Secrets, of what Prelude has made,', async () => {
    operator = await startOperator();
    await pause(60_000);
    await stop(operator);
  });
  for (const [name, before] of ours) compare(`External Secrets, in ${name}`, before, await fingerprints(name));
} finally {
  await cluster.close();
  await Promise.all([plane.stop(), aws.close()]);
}

async function prepare(): Promise<void> {
  await installUpstreamCrds(cluster, parts.upstream.crds);
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, by, never);
  await cluster.create(clusterGeneratorType, { apiVersion: generators, kind: 'ClusterGenerator', metadata: { name: 'random' }, spec: { kind: 'UUID', generator: { uuidSpec: {} } } }, by, never);
  await prepareNamespace(namespace);
  await declare(namespace);
}

async function prepareNamespace(name: string): Promise<void> {
  const key = (of: string): object => ({ name: 'aws', key: of });
  const auth = { secretRef: { accessKeyIDSecretRef: key('id'), secretAccessKeySecretRef: key('secret') } };
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: name, name: 'aws' }, stringData: { id: aws.accessKeyId, secret: 'not-a-real-secret-key' } }, by, never);
  await cluster.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace: name, name: 'vault' }, spec: { provider: { aws: { service: 'SecretsManager', region: 'eu-central-1', auth } } } }, by, never);
  // what is found by name comes from here: the counting provider cannot list
  const data = Object.entries(takenRemote).map(([remote, value]) => ({ key: remote, value }));
  await cluster.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace: name, name: 'listed' }, spec: { provider: { fake: { data } } } }, by, never);
  await cluster.create(generatorType('Password'), { apiVersion: generators, kind: 'Password', metadata: { namespace: name, name: 'random' }, spec: { length: 24, allowRepeat: true, noUpper: false } }, by, never);
}

function asOperatorWrites(spec: object): object {
  const { refreshInterval, target, ...rest }: { readonly refreshInterval?: string; readonly target?: { readonly template?: object } } = spec;
  const template = target?.template === undefined ? {} : { template: { metadata: {}, ...target.template } };
  return { ...rest, ...(refreshInterval === undefined ? {} : { refreshInterval: spelled[refreshInterval] ?? refreshInterval }), ...(target === undefined ? {} : { target: { ...target, ...template } }) };
}

async function declare(name: string, written: (spec: object) => object = (spec) => spec): Promise<void> {
  for (const { name: each, spec, foreign, type = 'Opaque' } of takenOver(objects, 'vault')) {
    if (foreign !== undefined) await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: name, name: each }, type, stringData: foreign }, by, never);
    const store = JSON.stringify(spec).includes('"find"') ? { secretStoreRef: { name: 'listed', kind: 'SecretStore' } } : {};
    await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace: name, name: each }, spec: { ...written(spec), ...store } }, by, never);
  }
}

async function startOperator(): Promise<ChildProcess> {
  const [metrics = 0, live = 0] = await freePorts(2);
  const flags = [`--metrics-addr=127.0.0.1:${metrics}`, `--live-addr=127.0.0.1:${live}`, '--concurrent=1', '--client-qps=1000', '--client-burst=2000', '--loglevel=error'];
  // its fake provider does not survive a second worker
  const child = spawn(peer ?? '', flags, { env: { ...process.env, ...env, KUBECONFIG: plane.kubeconfig }, stdio: 'ignore' });
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`External Secrets ended with ${child.exitCode}`);
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function adopt(who: string, run: () => Promise<void>): Promise<void> {
  const from = readAuditLog(plane.auditLog).length;
  aws.resetCalls();
  await run();
  const writes = readAuditLog(plane.auditLog).slice(from).filter((entry) => isEffectiveWrite(entry) && isOfUsers(entry));
  const kinds = [...Map.groupBy(writes, ({ verb, resource, subresource = '', namespace: within = '' }) => `${within}: ${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`)].map(([what, entries]) => `${entries.length} x ${what}`);
  console.log(`${who} adopts: ${aws.calls()} provider calls, ${writes.length} writes${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`);
}

function isOfUsers({ resource }: AuditEntry): boolean {
  return ['secrets', 'externalsecrets', 'generatorstates'].includes(resource);
}

/** What each Secret holds, as one text. */
async function fingerprints(of = namespace): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await byName(cluster, secretType, of))].map(([name, secret]) => [name, JSON.stringify(secret['data'])]));
}

function compare(who: string, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  const changed = [...before].filter(([name, data]) => after.get(name) !== data).map(([name]) => name);
  console.log(`  ${before.size} Secrets before, ${after.size} after; ${changed.length} hold something else${changed.length === 0 ? '' : `: ${changed.slice(0, 5).join(', ')}`} (${who})`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
