import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { takeover } from '../../src/cli/takeover.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { customResourceDefinitionType, deploymentType, externalSecretType, generatorType, namespaceType, secretStoreType, secretType, validatingWebhookConfigurationType } from '../../src/kube/resource-types.ts';
import { refuseBesideLive } from '../../src/app/takeover/live-operator.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { helm } from '../support/chart.ts';
import { runCli } from '../support/cli-process.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';
import { takenOver } from '../support/takeover/policies.ts';
import { upstreamChart, type UpstreamChart } from '../support/takeover/upstream-chart.ts';
import { leaveAllBehind } from '../support/takeover/upstream-state.ts';
import { Oracle } from '../support/template/oracle.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const namespace = 'team-a';
const home = 'external-secrets';
const taken = 60;

// a control plane of its own, with External Secrets' own chart installed by Helm
let plane: ControlPlane;
let cluster: Cluster;
let chart: UpstreamChart;
let oracle: Oracle;

beforeAll(async () => {
  const parts = inject('parts');
  plane = await startControlPlane(parts);
  cluster = await openCluster({ kubeconfig: plane.kubeconfig });
  chart = upstreamChart(parts.upstream);
  oracle = new Oracle(parts.templateOracle);
  // without its webhooks at first: nobody answers behind kwok's pods, and nothing could be written
  await helmed('install', '--create-namespace', '--set', 'webhook.create=false,certController.create=false');
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, by, never);
  await vi.waitFor(async () => expect((await cluster.discover(never, { fresh: true })).find('external-secrets.io/v1', 'SecretStore')).toBeDefined(), { timeout: 20_000, interval: 200 });
  await cluster.create(secretStoreType, store('vault', { fake: { data: [] } }), by, never);
  await cluster.create(secretStoreType, store('elsewhere', { chef: { serverUrl: 'https://chef.example/organizations/a/', username: 'a', auth: { secretRef: { privateKeySecretRef: { name: 'chef', key: 'key' } } } } }), by, never);
  await cluster.create(generatorType('Password'), { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', metadata: { namespace, name: 'random' }, spec: { length: 24, allowRepeat: true, noUpper: false } }, by, never);
  await leaveAllBehind(cluster, oracle, namespace, takenOver(taken, 'vault'));
  await cluster.create(externalSecretType, declared('never-synced', 'vault'), by, never);
  await cluster.create(externalSecretType, declared('of-another-provider', 'elsewhere'), by, never);
  await helmed('upgrade', '--set', 'webhook.create=true,certController.create=true');
  await vi.waitFor(async () => expect((await check()).document.webhooks.map(({ service }) => service?.state)).toEqual(['ready', 'ready']), { timeout: 60_000, interval: 500 });
}, 180_000);

afterAll(async () => {
  await oracle[Symbol.asyncDispose]();
  await cluster.close();
  await plane.stop();
  chart.remove();
});

async function helmed(verb: 'install' | 'upgrade', ...flags: readonly string[]): Promise<void> {
  const { code, stderr } = await helm([verb, 'eso', chart.folder, '--namespace', home, ...flags], { kubeconfig: plane.kubeconfig });
  expect(code, stderr).toBe(0);
}

function store(name: string, provider: object): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace, name }, spec: { provider } };
}

function declared(name: string, from: string): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name }, spec: { secretStoreRef: { name: from }, data: [{ secretKey: 'key', remoteRef: { key: 'a' } }] } };
}

const documentSchema = z.object({
  ready: z.boolean(),
  steps: z.array(z.object({ title: z.string(), commands: z.array(z.string()), appliable: z.boolean() })),
  notes: z.array(z.string()),
  deployments: z.array(z.object({ role: z.string(), namespace: z.string(), name: z.string(), running: z.number() })),
  webhooks: z.array(z.object({ name: z.string(), service: z.object({ state: z.string() }).optional() })),
  definitions: z.array(z.object({ name: z.string(), kept: z.boolean(), release: z.object({ record: z.string().optional() }).optional() })),
  problems: z.array(z.object({ kind: z.string(), problem: z.string(), count: z.number(), examples: z.array(z.string()) })),
  adoption: z.object({ silent: z.number(), refreshed: z.array(z.object({ problem: z.string(), count: z.number(), examples: z.array(z.string()) })) }),
});

interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(mode: 'check' | 'apply', options: { readonly scaleDown?: boolean; readonly output?: 'text' | 'json' } = {}): Promise<Told> {
  const text = { out: '', err: '' };
  const io = { out: { write: (part: string) => (text.out += part) }, err: { write: (part: string) => (text.err += part) }, isTerminal: false, columns: 100, env: {} };
  const { scaleDown = false, output = 'json' } = options;
  const command = { cluster: { kind: 'kubernetes', kubeconfig: plane.kubeconfig, context: undefined }, mode, controllerClass: 'default', namespaces: [], scaleDown, removeWebhooks: false, output } as const;
  return { code: await takeover(command, io, never), ...text };
}

async function check(): Promise<{ readonly code: number; readonly document: z.infer<typeof documentSchema> }> {
  const { code, out, err } = await run('check');
  expect(err).toBe('');
  return { code, document: documentSchema.parse(JSON.parse(out)) };
}

async function count(type: typeof secretType): Promise<number> {
  let all = 0;
  for await (const { items } of cluster.pages(type, { namespace, metadataOnly: true }, never)) all += items.length;
  return all;
}

describe('prelude takeover eso, where External Secrets runs from its own chart', () => {
  it('names what runs, what a release would take along, what it cannot serve, and how many it adopts silently', async () => {
    const { code, document } = await check();

    expect(code).toBe(1);
    expect(document.deployments.every((one) => one.namespace === home)).toBe(true);
    expect(document.definitions.length).toBeGreaterThan(20);
    expect(document.definitions.every(({ kept, release }) => !kept && release?.record === 'deletes')).toBe(true);
    expect(document.webhooks.map(({ name, service }) => `${name} ${service?.state}`).toSorted()).toEqual(['externalsecret-validate ready', 'secretstore-validate ready']);
    expect(document.problems.map(({ kind, count: number, examples }) => [kind, number, examples])).toEqual([
      ['ExternalSecret', 1, [`${namespace}/of-another-provider`]],
      ['SecretStore', 1, [`${namespace}/elsewhere`]],
    ]);
    expect(document.adoption.refreshed).toEqual([{ kind: 'ExternalSecret', problem: 'it was never synced', count: 1, examples: [`${namespace}/never-synced`] }].map(({ kind: _kind, ...rest }) => rest));
    expect(document.adoption.silent).toBe(taken);
    expect(document.steps.map(({ title }) => title.slice(0, 24))).toEqual(['have Helm keep 23 defini', 'do not uninstall release', 'stop Deployment external', 'change what this version']);
  });

  it('keeps the controllers of secrets from starting beside it, unless they serve another class', { timeout: 120_000 }, async () => {
    const log = createLog({ level: 'silent', destination: 'stdout' });
    const start = (controllerClass: string): Promise<string | undefined> => refuseBesideLive(cluster, { controllerClass, clock: systemClock, log }, never);

    expect(await start('default')).toMatch(/Deployment external-secrets\/eso-external-secrets.*--beside-eso/);
    expect(await start('canary')).toBeUndefined();
    for (const args of [['run', '--controllers', 'secrets', '--listen', '127.0.0.1:0'], ['up', 'test/sample']]) {
      const { code, stderr } = await runCli([...args, '--kubeconfig', plane.kubeconfig]);
      expect(stderr).toMatch(/^prelude: External Secrets Operator runs here/);
      expect(code).toBe(1);
    }
  });

  it('stops at a controller that runs, after it has protected the definitions', async () => {
    const { code, err } = await run('apply');

    expect(code).toBe(1);
    expect(err).toMatch(/annotated CustomResourceDefinition externalsecrets\.external-secrets\.io/);
    expect(err).toMatch(/stopped here: Deployment external-secrets\/eso-external-secrets runs; say --scale-down/);
    const crd = await cluster.get(customResourceDefinitionType, { name: 'externalsecrets.external-secrets.io' }, never, { metadataOnly: true });
    expect(crd?.metadata.annotations?.['helm.sh/resource-policy']).toBe('keep');
    expect((await cluster.get(deploymentType, { namespace: home, name: 'eso-external-secrets' }, never))?.['spec']).toMatchObject({ replicas: 1 });
  });

  it('stops the controller where that is asked for, removes webhooks that nobody answers, and does nothing more the second time', async () => {
    const finalizers = ['externalsecrets.external-secrets.io/ces-everywhere'];
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-b', finalizers } }, by, never);
    const applied = (await run('apply', { scaleDown: true })).err;
    expect(applied).toMatch(/scaled Deployment external-secrets\/eso-external-secrets to 0[^]*took the finalizers of External Secrets off Namespace team-b/);
    expect((await cluster.get(namespaceType, { name: 'team-b' }, never))?.metadata.finalizers).toBeUndefined();
    const webhook = await cluster.get(deploymentType, { namespace: home, name: 'eso-external-secrets-webhook' }, never);
    if (webhook === undefined) throw new Error('the chart has no webhook');
    await cluster.update(deploymentType, { ...webhook, spec: { ...(webhook['spec'] as object), replicas: 0 } }, by, never);
    await expect.poll(async () => (await check()).document.webhooks.map(({ service }) => service?.state), { timeout: 30_000 }).toEqual(['without endpoints', 'without endpoints']);

    const { err } = await run('apply');

    expect(err).toMatch(/removed ValidatingWebhookConfiguration externalsecret-validate/);
    for (const name of ['externalsecret-validate', 'secretstore-validate']) expect(await cluster.get(validatingWebhookConfigurationType, { name }, never)).toBeUndefined();
    expect((await run('apply')).err).toBe('');
  });

  it('says that an uninstallation is safe once the record of the release keeps the definitions, and then nothing is lost', { timeout: 120_000 }, async () => {
    const { steps } = (await check()).document;
    const command = steps.flatMap(({ commands }) => commands).find((one) => one.startsWith('helm'));
    const words = /^helm --kubeconfig \S+ (?<rest>.*)$/.exec(command ?? '')?.groups?.['rest']?.split(' ').map((word) => word.replaceAll("'", '')) ?? [];
    expect(words.slice(0, 5)).toEqual(['upgrade', 'eso', 'external-secrets', '--repo', 'https://charts.external-secrets.io']);
    const local = ['upgrade', 'eso', chart.folder, ...words.slice(5)];
    const upgraded = await helm(local, { kubeconfig: plane.kubeconfig });
    expect(upgraded.code, upgraded.stderr).toBe(0);

    await cluster.delete(externalSecretType, { namespace, name: 'of-another-provider' }, {}, never);
    await cluster.delete(secretStoreType, { namespace, name: 'elsewhere' }, {}, never);
    const { code, out } = await run('check', { output: 'text' });
    expect(out).toMatch(/kept by release eso/);
    expect(out).toMatch(/nothing is in the way/);
    expect(code).toBe(0);

    const [declarations, secrets] = [await count(externalSecretType), await count(secretType)];
    expect((await helm(['uninstall', 'eso', '--namespace', home], { kubeconfig: plane.kubeconfig })).code).toBe(0);
    expect(await cluster.get(deploymentType, { namespace: home, name: 'eso-external-secrets' }, never)).toBeUndefined();
    expect([await count(externalSecretType), await count(secretType)]).toEqual([declarations, secrets]);
    expect(secrets).toBeGreaterThan(taken / 2);
  });
});

describe("Helm's own rule, on which the advice rests", () => {
  it('uninstalls a definition that only the cluster says is to be kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prelude-thing-chart-'));
    mkdirSync(join(folder, 'templates'));
    writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: thing\nversion: 0.1.0\n');
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.prelude.test' }, spec: { group: 'prelude.test', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions } };
    writeFileSync(join(folder, 'templates/crd.yaml'), JSON.stringify(crd));
    const kubeconfig = { kubeconfig: plane.kubeconfig };
    expect((await helm(['install', 'thing', folder], kubeconfig)).code).toBe(0);
    await cluster.apply(customResourceDefinitionType, { apiVersion: crd.apiVersion, kind: crd.kind, metadata: { ...crd.metadata, annotations: { 'helm.sh/resource-policy': 'keep' } } }, by, never);

    expect((await helm(['uninstall', 'thing', '--wait'], kubeconfig)).code).toBe(0);

    expect(await cluster.get(customResourceDefinitionType, { name: crd.metadata.name }, never)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
