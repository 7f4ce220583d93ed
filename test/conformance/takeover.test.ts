import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../../src/api/object.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { clusterGeneratorType, configMapType, customResourceDefinitionType, deploymentType, externalSecretType, generatorType, namespaceType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { helm } from '../support/chart.ts';
import { runCli } from '../support/cli-process.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { startCountingAws, type CountingAws } from '../support/counting-aws.ts';
import { isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';
import { Oracle } from '../support/template/oracle.ts';
import { takenOddly, takenOver, takenRemote } from '../support/takeover/policies.ts';
import { upstreamChart, type UpstreamChart } from '../support/takeover/upstream-chart.ts';
import { installUpstreamCrds } from '../support/takeover/upstream-cluster.ts';
import { byName, leaveAllBehind, reasonToSync } from '../support/takeover/upstream-state.ts';

const never = new AbortController().signal;
const namespace = 'team-a';
const by = { fieldManager: 'test' };
const generators = 'generators.external-secrets.io/v1alpha1';

let aws: CountingAws;
let oracle: Oracle;

beforeAll(async () => {
  aws = await startCountingAws({ secrets: takenRemote });
  oracle = new Oracle(inject('parts').templateOracle);
});

afterAll(async () => {
  await oracle[Symbol.asyncDispose]();
  await aws.close();
});

/** What ExternalSecrets refer to: the counted store, one of the provider that finds, and generators. External Secrets' kinds are there. */
async function furnish(cluster: Cluster): Promise<void> {
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, by, never);
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'aws' }, stringData: { id: aws.accessKeyId, secret: 'not-a-real-secret-key' } }, by, never);
  const key = (name: string): object => ({ name: 'aws', key: name });
  const auth = { secretRef: { accessKeyIDSecretRef: key('id'), secretAccessKeySecretRef: key('secret') } };
  await cluster.create(secretStoreType, store('vault', { aws: { service: 'SecretsManager', region: 'eu-central-1', auth } }), by, never);
  await cluster.create(secretStoreType, store('listed', { fake: { data: Object.entries(takenRemote).map(([name, value]) => ({ key: name, value })) } }), by, never);
  await cluster.create(generatorType('Password'), { apiVersion: generators, kind: 'Password', metadata: { namespace, name: 'random' }, spec: { length: 24, allowRepeat: true, noUpper: false } }, by, never);
  await cluster.create(clusterGeneratorType, { apiVersion: generators, kind: 'ClusterGenerator', metadata: { name: 'random' }, spec: { kind: 'UUID', generator: { uuidSpec: {} } } }, by, never);
}

function store(name: string, provider: object): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace, name }, spec: { provider } };
}

function declared(name: string, spec: object): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name }, spec };
}

function controllerOf({ kubeconfig }: ControlPlane): Promise<ControllerProcess> {
  return startController({ kubeconfig, args: ['--controllers', 'secrets'], env: { AWS_SECRETSMANAGER_ENDPOINT: aws.url } });
}

/** Writes that took effect since so many entries of the log, those to stores and events apart. */
function writesSince(plane: ControlPlane, start: number): readonly string[] {
  return readAuditLog(plane.auditLog)
    .slice(start)
    .filter((entry) => isEffectiveWrite(entry) && ['externalsecrets', 'secrets', 'generatorstates', 'passwords', 'clustergenerators'].includes(entry.resource))
    .map(({ verb, resource, subresource = '', name = '' }) => `${verb} ${resource}/${subresource} ${name}`);
}

/** Resource versions of all ExternalSecrets and Secrets: what has not been written has the same. */
async function versions(cluster: Cluster): Promise<Readonly<Record<string, string | undefined>>> {
  const all = [...(await byName(cluster, externalSecretType, namespace)), ...[...(await byName(cluster, secretType, namespace))].map(([name, object]) => [`secret ${name}`, object] as const)];
  return Object.fromEntries(all.map(([name, { metadata }]) => [name, metadata.resourceVersion]));
}

describe('Taking over from External Secrets', () => {
  // a control plane of its own, with External Secrets' CRDs as they are
  let plane: ControlPlane;
  let cluster: Cluster;

  beforeAll(async () => {
    plane = await startControlPlane(inject('parts'));
    cluster = await openCluster({ kubeconfig: plane.kubeconfig });
    await installUpstreamCrds(cluster, inject('parts').upstream.crds);
    await furnish(cluster);
  });

  afterAll(async () => {
    await cluster.close();
    await plane.stop();
  });

  it('adopts 500 ExternalSecrets of every policy with no read of the provider, no write and no value made anew', { timeout: 180_000 }, async () => {
    const odd = takenOddly('vault');
    const all = [...takenOver(500 - odd.length, 'vault'), ...odd];
    const unmarked = odd.filter(({ isUnmarked }) => isUnmarked).map(({ name }) => name);
    await leaveAllBehind(cluster, oracle, namespace, all);
    const before = await versions(cluster);
    const start = readAuditLog(plane.auditLog).length;

    const controller = await controllerOf(plane);
    await settled(controller.url, all.length);
    await controller.stop();

    // what does not say whose it is says so again, and keeps its values
    expect(writesSince(plane, start).toSorted()).toEqual(unmarked.map((name) => `update secrets/ ${name}`).toSorted());
    expect(aws.calls()).toBe(0);
    const untouched = (found: typeof before): typeof before => Object.fromEntries(Object.entries(found).filter(([name]) => !unmarked.includes(name.replace('secret ', '')) || !name.startsWith('secret ')));
    expect(untouched(await versions(cluster))).toEqual(untouched(before));
    const secrets = await byName(cluster, secretType, namespace);
    for (const { name, data = {} } of odd.filter(({ isUnmarked }) => isUnmarked)) {
      expect(secrets.get(name)).toMatchObject({ metadata: { labels: { 'reconcile.external-secrets.io/created-by': expect.any(String) } }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) });
    }
  });

  it('leaves what it has synced itself so that External Secrets would adopt it silently', { timeout: 180_000 }, async () => {
    const controller = await controllerOf(plane);
    // every third of all combinations, none of which has a period that divides by three
    const all = takenOver(455, 'listed').filter((_, index) => index % 3 === 0).map((taken) => ({ ...taken, name: `ours-${taken.name}` }));
    for (const { name, foreign, type = 'Opaque' } of all) {
      if (foreign !== undefined) await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type, stringData: foreign }, by, never);
    }
    for (const { name, spec } of all) await cluster.create(externalSecretType, declared(name, spec), by, never);
    await expect.poll(async () => [...(await byName(cluster, externalSecretType, namespace)).values()].filter(isNotReady).map(({ metadata, status }) => `${metadata.name} ${JSON.stringify(status)}`), { timeout: 60_000 }).toEqual([]);
    await controller.stop();

    const [objects, secrets] = [await byName(cluster, externalSecretType, namespace), await byName(cluster, secretType, namespace)];
    // where nothing is made, nothing is read and no time of it kept; External Secrets reads the provider then at every interval anyway
    const making = [...objects.values()].filter(({ metadata, spec }) => metadata.name.startsWith('ours-') && !JSON.stringify(spec).includes('"creationPolicy":"None"'));
    const reasons = await Promise.all(making.map(async (one) => ({ name: one.metadata.name, reason: await reasonToSync(oracle, one, secrets.get(one.metadata.name)) })));
    expect(reasons.length).toBeGreaterThan(100);
    expect(reasons.filter(({ reason }) => reason !== undefined)).toEqual([]);
  });
});

describe("Taking over from External Secrets' own chart", () => {
  const home = 'external-secrets';
  const taken = takenOver(65, 'vault');
  let plane: ControlPlane;
  let cluster: Cluster;
  let chart: UpstreamChart;

  beforeAll(async () => {
    plane = await startControlPlane(inject('parts'));
    cluster = await openCluster({ kubeconfig: plane.kubeconfig });
    chart = upstreamChart(inject('parts').upstream);
    // nobody answers behind the pods of this control plane, so that admission would refuse what is left behind
    await helmed('install', 'eso', chart.folder, '--namespace', home, '--create-namespace', '--set', 'webhook.create=false,certController.create=false');
    await vi.waitFor(async () => expect((await cluster.discover(never, { fresh: true })).find('external-secrets.io/v1', 'SecretStore')).toBeDefined(), { timeout: 20_000, interval: 200 });
    await furnish(cluster);
    await leaveAllBehind(cluster, oracle, namespace, taken);
  });

  afterAll(async () => {
    await cluster.close();
    await plane.stop();
    chart.remove();
  });

  async function helmed(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await helm(args, { kubeconfig: plane.kubeconfig });
    expect(code, stderr).toBe(0);
  }

  /** The last command that the report tells the user to run by hand, with the chart that is here instead of the one that would be downloaded. */
  async function runAdvice(): Promise<void> {
    const { stdout } = await runCli(['takeover', 'eso', '--check', '--kubeconfig', plane.kubeconfig, '--output', 'json']);
    const { steps } = adviceSchema.parse(JSON.parse(stdout));
    const command = steps.flatMap(({ commands }) => commands).find((one) => one.startsWith('helm '));
    const words = (command ?? '').split(' ').slice(1).map((word) => word.replaceAll("'", ''));
    const local = words.flatMap((word, index) => {
      if (word === '--repo' || words[index - 1] === '--repo' || word === '--version' || words[index - 1] === '--version') return [];
      return [/^external-secrets(\/external-secrets)?$/.test(word) && words[index - 1] !== '-n' ? chart.folder : word];
    });
    await helmed(...local);
  }

  it('loses no definition, no ExternalSecret and no Secret when the chart is uninstalled, and goes on', { timeout: 180_000 }, async () => {
    const applied = await runCli(['takeover', 'eso', '--apply', '--scale-down', '--kubeconfig', plane.kubeconfig]);
    expect(applied.stderr).toMatch(/scaled Deployment external-secrets\/eso-external-secrets to 0/);
    await runAdvice();
    const checked = await runCli(['takeover', 'eso', '--check', '--kubeconfig', plane.kubeconfig]);
    expect(checked.code, `${checked.stdout}${checked.stderr}`).toBe(0);
    const before = await identities();
    aws.resetCalls();

    const controller = await controllerOf(plane);
    await settled(controller.url, taken.length);
    expect(aws.calls()).toBe(0);
    await helmed('uninstall', 'eso', '--namespace', home, '--wait');
    await collected();
    await cluster.create(externalSecretType, declared('afterwards', { secretStoreRef: { name: 'vault' }, data: [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }] }), by, never);
    await expect.poll(() => cluster.get(secretType, { namespace, name: 'afterwards' }, never), { timeout: 10_000 }).toMatchObject({ data: { password: Buffer.from('hunter2').toString('base64') } });
    await controller.stop();

    expect(await cluster.get(deploymentType, { namespace: home, name: 'eso-external-secrets' }, never)).toBeUndefined();
    const after = await identities();
    expect(after.filter((line) => !line.includes(' afterwards '))).toEqual(before);
    expect(before.filter((line) => line.startsWith('CustomResourceDefinition')).length).toBeGreaterThan(20);
    expect(before.filter((line) => line.startsWith('Secret ')).length).toBeGreaterThan(taken.length / 2);
  });

  /** Every definition, ExternalSecret and Secret by its uid, as one that was made anew is another one; a Secret that was written is, too. */
  async function identities(): Promise<readonly string[]> {
    const types = [customResourceDefinitionType, externalSecretType, secretType];
    const lines = await Promise.all(
      types.map(async (type) => {
        const found: string[] = [];
        for await (const { items } of cluster.pages(type, { ...(type.namespaced ? { namespace } : {}), metadataOnly: true }, never)) {
          for (const { metadata } of items) found.push(`${type.kind} ${metadata.name} ${metadata.uid ?? ''}${type === secretType ? ` ${metadata.resourceVersion ?? ''}` : ''}`);
        }
        return found;
      }),
    );
    return lines.flat().toSorted();
  }

  /** Waits until the garbage collector has seen that an ExternalSecret is gone: what it would collect for the chart's sake is gone by then, too. */
  async function collected(): Promise<void> {
    const owner = await cluster.create(externalSecretType, { ...declared('short-lived', { secretStoreRef: { name: 'vault' }, target: { creationPolicy: 'None' }, data: [{ secretKey: 'a', remoteRef: { key: 'prod/db' } }] }) }, by, never);
    const ownerReferences = [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '' }];
    await cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'short-lived', ownerReferences } }, by, never);
    await cluster.delete(externalSecretType, { namespace, name: 'short-lived' }, { propagation: 'Background' }, never);
    await expect.poll(() => cluster.get(configMapType, { namespace, name: 'short-lived' }, never), { timeout: 45_000 }).toBeUndefined();
  }
});

const adviceSchema = z.object({ steps: z.array(z.object({ commands: z.array(z.string()) })) });

function isNotReady({ status }: KubeObject): boolean {
  return !JSON.stringify(status ?? '').includes('"status":"True"');
}

/** Waits until the controller has looked at all objects and has nothing left to do for a while. */
async function settled(url: string, objects: number): Promise<void> {
  await expect
    .poll(async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const states = [...text.matchAll(/^prelude_objects\{[^}]*kind="ExternalSecret"[^}]*state="(?<state>\w+)"[^}]*\} (?<count>\d+)/gm)];
      return Object.fromEntries(states.map(({ groups }) => [groups?.['state'], Number(groups?.['count'])]));
    }, { timeout: 60_000 })
    .toEqual({ synced: objects });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
}
