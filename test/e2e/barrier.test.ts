import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import { applicationType, configMapType, deploymentType, externalSecretType, namespaceType, secretType, serviceType } from '../../src/kube/resource-types.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { type AuditEntry, isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { at } from '../support/raw-api.ts';
import { startTestnet, type Testnet } from '../support/testnet.ts';

const never = new AbortController().signal;
const providerDelay = 5_000;
const secrets = 6;
const workloads: ReadonlySet<string> = new Set(['deployments', 'statefulsets', 'services', 'configmaps']);

/** A moment of a sync that can be seen from outside, at which the controller is killed. */
interface Moment {
  readonly name: string;
  readonly reached: (testnet: Testnet, namespace: string) => Promise<boolean>;
}

async function count(testnet: Testnet, type: ResourceType, namespace: string): Promise<number> {
  let number = 0;
  for await (const page of testnet.cluster.pages(type, { namespace, metadataOnly: true }, never)) {
    // the cluster makes this one in every namespace
    number += page.items.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt').length;
  }
  return number;
}

/** A few, with a process that is really killed: the random runs go through every request. */
const moments: readonly Moment[] = [
  { name: 'the namespace has been made', reached: async ({ cluster }, name) => (await cluster.get(namespaceType, { name }, never)) !== undefined },
  { name: 'all ExternalSecrets have been written', reached: async (testnet, namespace) => (await count(testnet, externalSecretType, namespace)) === secrets },
  { name: 'the provider is being asked', reached: ({ aws }) => Promise.resolve(aws.calls() > 0) },
  { name: 'the first Secret has been written', reached: async (testnet, namespace) => (await count(testnet, secretType, namespace)) > 0 },
  { name: 'the first workload has been written', reached: async (testnet, namespace) => (await count(testnet, configMapType, namespace)) > 0 },
];

describe('the barrier, with a provider that takes five seconds', () => {
  let testnet: Testnet;
  let controller: ControllerProcess;

  beforeAll(async () => {
    testnet = await startTestnet({ parts: inject('parts') });
    testnet.aws.delay(providerDelay);
    await testnet.cluster.delete(applicationType, { namespace: 'argocd', name: 'devnet' }, {}, never);
    controller = await startController(testnet);
  }, 180_000);

  afterAll(async () => {
    await controller.kill();
    await testnet[Symbol.asyncDispose]();
  });

  it.each(moments.map((moment, index) => ({ ...moment, namespace: `testnet-${index + 1}` })))(
    'holds when the controller is killed once $name',
    async ({ namespace, reached }) => {
      testnet.aws.resetCalls();
      await testnet.cluster.create(applicationType, devnetIn(namespace, testnet.remote.url), { fieldManager: 'operator' }, never);
      await expect.poll(() => reached(testnet, namespace), { timeout: 30_000, interval: 5 }).toBe(true);
      await controller.kill();
      controller = await startController(testnet);

      await expect.poll(async () => phaseOf(namespace), { timeout: 50_000, interval: 100 }).toBe('Succeeded');
      const writes = writesIn(namespace);
      const firstWorkload = Math.min(...writes.filter(({ resource, verb }) => workloads.has(resource) && verb !== 'delete').map(({ received }) => received));
      const lastSecret = Math.max(...writes.filter(({ resource }) => resource === 'secrets').map(({ completed }) => completed));
      const lastSynced = Math.max(...firstStatusOf(writes).map(({ completed }) => completed));
      expect(writes.filter(({ resource, verb }) => resource === 'secrets' && verb === 'create')).toHaveLength(secrets);
      expect(firstStatusOf(writes)).toHaveLength(secrets);
      expect(firstWorkload).toBeGreaterThan(lastSecret);
      expect(firstWorkload).toBeGreaterThan(lastSynced);
    },
    120_000,
  );

  async function phaseOf(name: string): Promise<unknown> {
    return at(await testnet.cluster.get(applicationType, { namespace: 'argocd', name }, never), 'status', 'operationState', 'phase');
  }

  /** What the controller wrote in a namespace, as the API server has it on record. */
  function writesIn(namespace: string): readonly AuditEntry[] {
    return readAuditLog(testnet.plane.auditLog).filter((entry) => entry.namespace === namespace && entry.user === 'system:serviceaccount:argocd:prelude' && isEffectiveWrite(entry));
  }

  /** The write that made each ExternalSecret synced. */
  function firstStatusOf(writes: readonly AuditEntry[]): readonly AuditEntry[] {
    const first = new Map<string, AuditEntry>();
    for (const entry of writes) if (entry.resource === 'externalsecrets' && entry.subresource === 'status' && !first.has(entry.name ?? '')) first.set(entry.name ?? '', entry);
    return [...first.values()];
  }

  it('refuses a missing key before the namespace is touched', async () => {
    const path = 'testnets/devnet/manifests/workloads/faucet.yaml';
    const manifest = await testnet.remote.git('show', `HEAD:${path}`);
    await testnet.remote.write(path, manifest.replace('key: token', 'key: tokne'));
    const commit = await testnet.remote.push('A typing mistake');
    const conditionsOf = async (name: string): Promise<string> => JSON.stringify(at(await testnet.cluster.get(applicationType, { namespace: 'argocd', name }, never), 'status', 'conditions') ?? '');
    // until the controller has seen the commit, a new Application is rightly brought to the one before
    await expect.poll(() => conditionsOf('testnet-1'), { timeout: 30_000 }).toContain(commit);
    await testnet.cluster.create(applicationType, devnetIn('testnet-refused', testnet.remote.url), { fieldManager: 'operator' }, never);

    await expect.poll(() => conditionsOf('testnet-refused'), { timeout: 30_000 }).toMatch(/needs key .*tokne.* of Secret faucet-discord/);
    expect(await testnet.cluster.get(namespaceType, { name: 'testnet-refused' }, never)).toBeUndefined();
    expect(await count(testnet, serviceType, 'testnet-refused')).toBe(0);
    expect(await count(testnet, deploymentType, 'testnet-refused')).toBe(0);
  });
});

function devnetIn(name: string, repoURL: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { namespace: 'argocd', name },
    spec: {
      project: 'default',
      source: { repoURL, targetRevision: 'main', path: 'testnets/devnet/manifests', directory: { recurse: true } },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  };
}
