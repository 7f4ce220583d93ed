import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeObject, ObjectKey } from '../../src/api/object.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import { applicationType, configMapType, deploymentType, externalSecretType, namespaceType, secretType, statefulSetType } from '../../src/kube/resource-types.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { readAuditLog } from '../support/parts/audit-log.ts';
import { at } from '../support/raw-api.ts';
import { devnetSecrets, startTestnet, type Testnet } from '../support/testnet.ts';

const never = new AbortController().signal;
const within = { timeout: 30_000, interval: 100 };

describe('prelude run, under the account that the chart gives it', () => {
  let testnet: Testnet;
  let controller: ControllerProcess;

  beforeAll(async () => {
    testnet = await startTestnet({ parts: inject('parts') });
    controller = await startController(testnet);
  }, 180_000);

  afterAll(async () => {
    await controller.stop();
    await testnet[Symbol.asyncDispose]();
  });

  const get = (type: ResourceType, key: ObjectKey): Promise<KubeObject | undefined> => testnet.cluster.get(type, key, never);
  const devnet = (name: string): ObjectKey => ({ namespace: 'devnet', name });
  const application = (): Promise<KubeObject | undefined> => get(applicationType, { namespace: 'argocd', name: 'devnet' });

  async function value(name: string, key: string): Promise<string | undefined> {
    const encoded = at(await get(secretType, devnet(name)), 'data', key);
    return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString() : undefined;
  }

  async function synced(revision: string): Promise<void> {
    await expect.poll(async () => at(await application(), 'status', 'sync', 'revision'), within).toBe(revision);
    await expect.poll(async () => at(await application(), 'status', 'operationState', 'phase'), within).toBe('Succeeded');
  }

  it('brings the testnet up from Git: Secrets from the provider, workloads healthy', async () => {
    await synced(await testnet.remote.git('rev-parse', 'HEAD'));
    await expect.poll(async () => at(await application(), 'status', 'health', 'status'), within).toBe('Healthy');

    expect(await value('block-producer-1-keys', 'key')).toBe('private-key-of-bp-1');
    expect(await value('seed-keys', 'libp2p')).toBe('libp2p-key-pair-of-seed');
    expect(at(await get(secretType, devnet('registry-credentials')), 'type')).toBe('kubernetes.io/dockerconfigjson');
    expect(at(await get(statefulSetType, devnet('archive')), 'status', 'readyReplicas')).toBe(1);
  });

  it('heals a Secret that was deleted, and one that was edited', async () => {
    await testnet.cluster.delete(secretType, devnet('faucet-discord'), {}, never);
    await expect.poll(() => value('faucet-discord', 'token'), within).toBe('discord-bot-token');

    const secret = await get(secretType, devnet('block-producer-2-keys'));
    await testnet.cluster.update(secretType, { ...secret!, data: { key: Buffer.from('forged').toString('base64') } }, { fieldManager: 'somebody' }, never);
    await expect.poll(() => value('block-producer-2-keys', 'key'), within).toBe('private-key-of-bp-2');
    expect(await value('block-producer-2-keys', 'pub')).toBe('B62two');
  });

  it('heals a workload that was deleted, and a field of one that was edited', async () => {
    await testnet.cluster.delete(deploymentType, devnet('faucet'), {}, never);
    await expect.poll(() => get(deploymentType, devnet('faucet')), within).toBeDefined();

    const seed = await get(deploymentType, devnet('seed'));
    const spec = { ...(seed!['spec'] as object), replicas: 3 };
    await testnet.cluster.update(deploymentType, { ...seed!, spec }, { fieldManager: 'somebody' }, never);
    await expect.poll(async () => at(await get(deploymentType, devnet('seed')), 'spec', 'replicas'), within).toBe(1);
  });

  it('converges to a commit that is pushed', async () => {
    await testnet.remote.write('testnets/devnet/manifests/workloads/settings.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  network: devnet-2\n');
    const commit = await testnet.remote.push('Settings');

    await synced(commit);
    expect(at(await get(configMapType, devnet('settings')), 'data', 'network')).toBe('devnet-2');
  });

  it('prunes what a commit removes, and the ExternalSecret with its Secret', async () => {
    await testnet.remote.remove('testnets/devnet/manifests/workloads/settings.yaml');
    await testnet.remote.remove('testnets/devnet/manifests/workloads/block-producer-2.yaml');
    await testnet.remote.remove('testnets/devnet/manifests/secrets/block-producer-2.yaml');
    const commit = await testnet.remote.push('One block producer is enough');

    await synced(commit);
    for (const [type, name] of [[configMapType, 'settings'], [deploymentType, 'block-producer-2'], [externalSecretType, 'block-producer-2-keys'], [secretType, 'block-producer-2-keys']] as const) {
      // the garbage collector looks for new kinds, ExternalSecret among them, every 30 s
      await expect.poll(() => get(type, devnet(name)), { timeout: 90_000, interval: 100, message: name }).toBeUndefined();
    }
    expect(await get(deploymentType, devnet('block-producer-1'))).toBeDefined();
  }, 150_000);

  it('follows a value that is rotated at the provider', async () => {
    await testnet.remote.write(
      'testnets/devnet/manifests/secrets/faucet.yaml',
      'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: faucet-discord\nspec:\n  refreshInterval: 1s\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: testnet-secrets\n  data:\n    - secretKey: token\n      remoteRef:\n        key: testnets/shared/faucet-discord\n',
    );
    await synced(await testnet.remote.push('Refresh the faucet every second'));
    testnet.aws.set('testnets/shared/faucet-discord', 'rotated-token');
    await expect.poll(() => value('faucet-discord', 'token'), within).toBe('rotated-token');
    testnet.aws.set('testnets/shared/faucet-discord', devnetSecrets['testnets/shared/faucet-discord'] ?? '');
  });

  it('refuses a commit with a missing key as a whole, and keeps the last good one', async () => {
    const before = await get(deploymentType, devnet('block-producer-1'));
    const path = 'testnets/devnet/manifests/workloads/block-producer-1.yaml';
    const manifest = await testnet.remote.git('show', `HEAD:${path}`);
    await testnet.remote.write(path, manifest.replace('- key: pub', '- key: public').replace('3.2.0', '3.3.0'));
    const bad = await testnet.remote.push('A key that nothing provides');

    await expect.poll(async () => JSON.stringify(at(await application(), 'status', 'conditions') ?? ''), within).toMatch(/public/);
    expect(at(await application(), 'status', 'sync', 'revision')).not.toBe(bad);
    expect((await get(deploymentType, devnet('block-producer-1')))?.metadata.generation).toBe(before?.metadata.generation);

    await testnet.remote.write(path, manifest);
    await synced(await testnet.remote.push('The key again'));
  });

  it('does not wipe a testnet out when all its manifests are gone', async () => {
    await testnet.remote.remove('testnets/devnet/manifests');
    await testnet.remote.write('testnets/devnet/manifests/README.md', 'nothing here\n');
    await testnet.remote.push('Oops');

    await expect.poll(async () => JSON.stringify(at(await application(), 'status') ?? ''), within).toMatch(/allowEmpty|empty/i);
    expect(await get(deploymentType, devnet('block-producer-1'))).toBeDefined();
    expect(await get(secretType, devnet('block-producer-1-keys'))).toBeDefined();
    expect(await get(namespaceType, { name: 'devnet' })).toBeDefined();
    await testnet.remote.git('revert', '--no-edit', 'HEAD');
    await testnet.remote.git('push', 'origin', 'HEAD:main');
    await synced(await testnet.remote.git('rev-parse', 'HEAD'));
  });

  it('looks at Git at once when it is asked to, and takes the annotation away', async () => {
    const live = await application();
    const annotations = { ...live!.metadata.annotations, 'argocd.argoproj.io/refresh': 'hard' };
    await testnet.cluster.update(applicationType, { ...live!, metadata: { ...live!.metadata, annotations } }, { fieldManager: 'operator' }, never);

    await expect.poll(async () => (await application())?.metadata.annotations?.['argocd.argoproj.io/refresh'], within).toBeUndefined();
  });

  it('takes a testnet down with its Application where that says so, workloads before their Secrets', async () => {
    const live = await application();
    const finalizers = ['resources-finalizer.argocd.argoproj.io'];
    await testnet.cluster.update(applicationType, { ...live!, metadata: { ...live!.metadata, finalizers } }, { fieldManager: 'operator' }, never);
    await testnet.cluster.delete(applicationType, { namespace: 'argocd', name: 'devnet' }, {}, never);

    await expect.poll(application, { timeout: 60_000, interval: 100 }).toBeUndefined();
    expect(await get(deploymentType, devnet('block-producer-1'))).toBeUndefined();
    expect(await get(externalSecretType, devnet('block-producer-1-keys'))).toBeUndefined();
    expect(await get(namespaceType, { name: 'devnet' })).toBeDefined();
  }, 90_000);

  it('was never refused anything by the API server', () => {
    const refused = readAuditLog(testnet.plane.auditLog).filter((entry) => entry.code === 403 && entry.user === 'system:serviceaccount:argocd:prelude');
    expect(refused.map(({ verb, resource, subresource = '', name = '' }) => `${verb} ${resource}/${subresource} ${name}`)).toEqual([]);
  });

  it('drains on SIGTERM and ends with 0', async () => {
    expect(await controller.stop()).toBe(0);
    expect(controller.output()).toContain('"msg":"stopped"');
  });
});
