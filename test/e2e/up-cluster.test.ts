import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type CliProcess, runCli, startCli } from '../support/cli-process.ts';
import { startController } from '../support/controller-process.ts';
import { type CountingAws, startCountingAws } from '../support/counting-aws.ts';
import { type AuditEntry, isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';
import { persistentVolume } from '../support/persistent-volume.ts';
import { at, createRawApi, type RawApi } from '../support/raw-api.ts';
import { sample } from '../support/sample-secrets.ts';
import { awsStore, devnetSecrets } from '../support/testnet.ts';
import { upstreamCrds } from '../support/upstream-crds.ts';

const plain = join(dirname(import.meta.dirname), 'plain-testnet');
/** What is written in each namespace once the Secrets are there. */
const workloads = { devnet: 14, 'testnet-berlin': 12, monitoring: 2 };
/** Where `keys` of the sample puts the key of its SealedSecret. */
const sealing = ['--seal-key-namespace', 'prelude'] as const;

/** Where the objects that `up` writes are listed. */
const kinds = [
  ...['secrets', 'configmaps', 'services', 'serviceaccounts', 'namespaces'].map((plural) => `/api/v1/${plural}`),
  ...['deployments', 'statefulsets'].map((plural) => `/apis/apps/v1/${plural}`),
  '/apis/batch/v1/cronjobs',
  '/apis/bitnami.com/v1alpha1/sealedsecrets',
  ...['externalsecrets', 'clustersecretstores'].map((plural) => `/apis/external-secrets.io/v1/${plural}`),
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
];

describe('prelude up PATH, into a real API server', () => {
  let plane: ControlPlane;
  let api: RawApi;
  const kube = (): readonly string[] => ['--kubeconfig', plane.kubeconfig];

  beforeAll(async () => {
    plane = await startControlPlane(inject('parts'));
    api = createRawApi(plane);
    expect((await api.call('POST', '/api/v1/persistentvolumes', persistentVolume('archive'))).status).toBe(201);
  });

  afterAll(async () => {
    await api.close();
    await plane.stop();
  });

  const writesOf = (userAgent = /^prelude\//): readonly AuditEntry[] => readAuditLog(plane.auditLog).filter((entry) => isEffectiveWrite(entry) && userAgent.test(entry.userAgent));

  it('creates the definitions that are missing, and everything is Healthy', async () => {
    const result = await runCli(['up', sample, ...sealing, ...kube()]);

    expect(result).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['applications.argoproj.io', 'sealedsecrets.bitnami.com', 'clustersecretstores.external-secrets.io', 'externalsecrets.external-secrets.io', 'secretstores.external-secrets.io']) {
      expect(result.stdout).toContain(`CustomResourceDefinition ${name} created`);
    }
    expect(result.stdout).toMatch(/argocd\/stores .* Healthy +\d/);
    expect(result.stdout).toMatch(/argocd\/devnet .* 26 +10 +Healthy +\d/);
    expect(result.stdout).toMatch(/argocd\/testnet-berlin .* 23 +9 +Healthy +\d/);
    expect(result.stdout).toMatch(/argocd\/monitoring .* 5 +2 +Healthy +\d/);
    for (const [namespace, name] of [['devnet', 'archive'], ['devnet', 'postgres'], ['testnet-berlin', 'postgres']]) {
      const { body } = await api.call('GET', `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`);
      expect(at(body, 'status', 'readyReplicas'), `${namespace}/${name}`).toBe(1);
    }

    const writes = writesOf();
    for (const [name, count] of Object.entries(workloads)) {
      const lastSecret = Math.max(...writes.filter(({ resource, namespace }) => resource === 'secrets' && namespace === name).map(({ completed }) => completed));
      const workload = writes.filter(({ resource, namespace }) => namespace === name && ['configmaps', 'services', 'deployments', 'statefulsets', 'cronjobs'].includes(resource));
      const hooks = writes.filter(({ resource, namespace }) => resource === 'jobs' && namespace === name);
      expect(workload).toHaveLength(count);
      expect(hooks.length > 0).toBe(name !== 'monitoring');
      expect(Math.min(...[...workload, ...hooks].map(({ received }) => received))).toBeGreaterThan(lastSecret);
    }
  });

  it('leaves the definitions alone when they are there, and changes nothing when nothing has changed', async () => {
    const versions = async (): Promise<ReadonlyMap<string, unknown>> => {
      const lists = await Promise.all(kinds.map(async (path) => ({ path, items: at((await api.call('GET', path)).body, 'items') })));
      return new Map(lists.flatMap(({ path, items }) => (items as unknown[]).map((item) => [`${path} ${String(at(item, 'metadata', 'namespace'))}/${String(at(item, 'metadata', 'name'))}`, at(item, 'metadata', 'resourceVersion')])));
    };
    const before = await versions();
    const written = writesOf().length;

    const result = await runCli(['up', sample, ...sealing, ...kube()]);

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).not.toContain('CustomResourceDefinition');
    expect(result.stdout).not.toMatch(/ (created|configured)$/m);
    expect(await versions()).toEqual(before);
    expect(before.size).toBeGreaterThan(90);
    // objects of Git are applied once by each process, which the server takes for no change; Secrets that are none are not even asked for
    const requests = writesOf().slice(written);
    const ofGit = new Set(['alertmanager-config', 'uploader-cloud-key', 'node-key-password', 'seed-libp2p']);
    expect(requests.filter(({ name = '' }) => !ofGit.has(name)).filter(({ verb, resource, subresource }) => verb !== 'patch' || resource === 'secrets' || (subresource === 'status' && resource !== 'applications'))).toEqual([]);
  });

  it('says which context is not there, or which file, or that nobody answers', async () => {
    const nowhere = join(tmpdir(), 'prelude-no-such-kubeconfig');
    const nobody = plane.kubeconfigFor('nobody', { token: 'x' }, 'https://127.0.0.1:9');
    const stranger = plane.kubeconfigFor('stranger', { token: 'not-a-token' });

    const context = await runCli(['up', sample, ...kube(), '--context', 'production']);
    const file = await runCli(['up', sample, '--kubeconfig', nowhere]);
    const down = await runCli(['up', sample, '--kubeconfig', nobody]);
    const denied = await runCli(['up', sample, '--kubeconfig', stranger]);

    expect(context).toMatchObject({ code: 1, stderr: expect.stringContaining('production') });
    expect(file).toMatchObject({ code: 1, stderr: expect.stringContaining(nowhere) });
    expect(down).toMatchObject({ code: 1, stderr: expect.stringContaining('127.0.0.1:9') });
    expect(denied).toMatchObject({ code: 1, stderr: expect.stringMatching(/Unauthorized|401/) });
    for (const { stderr, took } of [context, file, down, denied]) {
      expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
      expect(stderr).not.toContain('not-a-token');
      expect(took).toBeLessThan(25_000);
    }
  });
});

describe('prelude up, when the provider hangs', () => {
  let plane: ControlPlane;
  let api: RawApi;
  let aws: CountingAws;
  let repository: string;

  beforeAll(async () => {
    [plane, aws] = await Promise.all([startControlPlane(inject('parts')), startCountingAws({ secrets: devnetSecrets })]);
    api = createRawApi(plane);
    repository = mkdtempSync(join(tmpdir(), 'prelude-up-aws-'));
    cpSync(plain, repository, { recursive: true });
    writeFileSync(join(repository, 'stores/manifests/testnet-secrets.yaml'), awsStore);
    await api.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
    const credentials = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'aws-credentials', namespace: 'argocd' }, stringData: { id: aws.accessKeyId, secret: 'not-a-real-secret-key' } };
    await api.call('POST', '/api/v1/namespaces/argocd/secrets', credentials);
  });

  afterAll(async () => {
    rmSync(repository, { recursive: true, force: true });
    await api.close();
    await Promise.all([plane.stop(), aws.close()]);
  });

  const up = (...args: readonly string[]): CliProcess => startCli(['up', repository, '--kubeconfig', plane.kubeconfig, ...args], { env: { AWS_SECRETSMANAGER_ENDPOINT: aws.url } });
  const untilAsked = (process: CliProcess): Promise<void> =>
    expect.poll(() => aws.calls() > 0 && /barrier .*waiting for /.test(process.output()), { timeout: 40_000, message: 'the provider is asked' }).toBe(true);

  it('gives up when the time is over, and names what was waited for', async () => {
    aws.behave('hang');

    const result = await up('--timeout', '5s').ended;

    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^argocd\/devnet: .*ExternalSecret devnet\/archive-database/m);
    expect(result.stderr).toMatch(/^prelude: gave up after 5 s/m);
    expect(result.stdout).toMatch(/argocd\/devnet .* unfinished /);
    expect(result.took).toBeLessThan(60_000);
    const { body } = await api.call('GET', '/apis/apps/v1/namespaces/devnet/deployments');
    expect(at(body, 'items')).toEqual([]);
  });

  it('ends within seconds on Ctrl-C, says so, and is not taken for done', async () => {
    aws.behave('hang');
    aws.resetCalls();
    const process = up();
    await untilAsked(process);

    const interrupted = performance.now();
    process.signal('SIGINT');
    const result = await process.ended;

    expect(performance.now() - interrupted).toBeLessThan(10_000);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^prelude: interrupted/m);
    expect(result.stderr).toMatch(/^argocd\/devnet: .*ExternalSecret devnet\/archive-database/m);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it('goes on where it was stopped once the provider is well', async () => {
    aws.behave('well');

    const result = await up().ended;

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/argocd\/devnet .* Healthy +\d/);
  });
});

describe("with the definitions that External Secrets' own chart has installed", () => {
  let plane: ControlPlane;
  let api: RawApi;
  let aws: CountingAws;
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

  beforeAll(async () => {
    plane = await startControlPlane(inject('parts'));
    api = createRawApi(plane);
    aws = await startCountingAws({ secrets: devnetSecrets });
    for (const crd of upstreamCrds()) expect((await api.call('POST', definitions, crd)).status).toBe(201);
  });

  afterAll(async () => {
    await api.close();
    await Promise.all([plane.stop(), aws.close()]);
  });

  async function externalSecrets(): Promise<readonly unknown[]> {
    const { body } = await api.call('GET', '/apis/external-secrets.io/v1/namespaces/devnet/externalsecrets');
    const items = at(body, 'items');
    return Array.isArray(items) ? items : [];
  }

  it('uses them as they are, and writes statuses into what they keep', async () => {
    const result = await runCli(['up', plain, '--kubeconfig', plane.kubeconfig]);

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).not.toContain('external-secrets.io created');
    expect(result.stdout).toContain('CustomResourceDefinition applications.argoproj.io created');
    for (const crd of upstreamCrds()) {
      const { body } = await api.call('GET', `${definitions}/${crd.metadata.name}`);
      expect(at(body, 'metadata', 'generation')).toBe(1);
    }
    for (const one of await externalSecrets()) {
      expect(at(one, 'spec', 'target', 'deletionPolicy')).toBe('Retain');
      expect(at(one, 'status', 'conditions', 0)).toMatchObject({ type: 'Ready', status: 'True', reason: 'SecretSynced' });
      expect(at(one, 'status', 'conditions', 0, 'observedGeneration')).toBeUndefined();
    }
    expect(await externalSecrets()).toHaveLength(6);
  });

  it('writes nothing more, neither in a second pass nor as a controller that refreshes every second', async () => {
    const controller = await startController({
      kubeconfig: plane.kubeconfig,
      args: ['--application-namespaces', 'argocd', '--poll-interval', '1s', '--namespace', 'argocd', '--repo', `.=${plain}`],
    });
    try {
      for (const one of await externalSecrets()) {
        const path = `/apis/external-secrets.io/v1/namespaces/devnet/externalsecrets/${String(at(one, 'metadata', 'name'))}`;
        await api.call('PATCH', path, { spec: { refreshInterval: '1s' } }, 'application/merge-patch+json');
      }
      const settled = async (): Promise<boolean> => {
        const all = await externalSecrets();
        return all.every((one) => String(at(one, 'status', 'syncedResourceVersion')).startsWith(`${String(at(one, 'metadata', 'generation'))}-`));
      };
      await expect.poll(settled, { timeout: 30_000 }).toBe(true);
      const written = (): readonly string[] =>
        readAuditLog(plane.auditLog).filter((entry) => isEffectiveWrite(entry) && entry.userAgent.startsWith('prelude/')).map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
      // the controller's first sync of what `up` has written may come late
      let before = -1;
      const isQuiet = (): boolean => before === (before = written().length);
      await expect.poll(isQuiet, { timeout: 60_000, interval: 5_000 }).toBe(true);

      await new Promise((resolve) => setTimeout(resolve, 6_000));

      expect(written().slice(before)).toEqual([]);
    } finally {
      await controller.stop();
    }
  }, 120_000);
});
