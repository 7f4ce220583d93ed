import { afterAll, describe, expect, inject, it } from 'vitest';
import { createCredentialSource } from '../../src/app/credential-source.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreReader, StoreWriter } from '../../src/provider/store-reader.ts';
import { kubernetes } from '../../providers/kubernetes/index.ts';
import { kubernetesExemptions } from '../contract/kubernetes-exemptions.ts';
import { type ProviderBench, providerContract } from '../contract/provider.contract.ts';
import { noContext, noServices } from '../support/generator-context.ts';
import { createRawApi, serviceAccountToken } from '../support/raw-api.ts';
import { useRealCluster } from '../support/real-cluster.ts';
import { startSilentServer } from '../support/silent-server.ts';

const facts = inject('controlPlane');
const real = useRealCluster(facts);
const api = createRawApi(facts);
const http = createHttpClient({ clock: systemClock, allowLoopback: true });
const registry = createRegistry([erase(kubernetes)]);
const never = new AbortController().signal;
const all = ['get', 'list', 'create', 'update', 'delete'];
const account = 'secrets-account';

afterAll(async () => {
  await http.close();
  await api.close();
});

/** Gives the account rights to Secrets of a namespace: to some names, or to all. */
async function grant(namespace: string, { verbs, names, from = namespace }: { readonly verbs: readonly string[]; readonly names?: readonly string[]; readonly from?: string }): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  const path = `/apis/${group}/v1/namespaces/${namespace}`;
  const metadata = { name: account };
  const rules = [{ apiGroups: [''], resources: ['secrets'], verbs, ...(names === undefined ? {} : { resourceNames: names }) }];
  await api.call('DELETE', `${path}/roles/${account}`);
  await api.call('POST', `${path}/roles`, { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules });
  await api.call('POST', `${path}/rolebindings`, { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata, roleRef: { apiGroup: group, kind: 'Role', name: account }, subjects: [{ kind: 'ServiceAccount', name: account, namespace: from }] });
}

/** Waits until the API server has heard of rights that were given or taken. */
async function until(namespace: string, token: string, { name, allowed }: { readonly name?: string; readonly allowed: boolean }): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${name ?? 'nowhere'}`;
  const asked = createRawApi(facts, token);
  await expect.poll(async () => (await asked.call('GET', path)).status !== 403, { timeout: 10_000 }).toBe(allowed);
  await asked.close();
}

async function createAccount(namespace: string): Promise<string> {
  await api.call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account } });
  return serviceAccountToken(api, namespace, account);
}

async function store(namespace: string, name: string, value: Uint8Array, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, data: { value: Buffer.from(value).toString('base64') } };
  const { status } = await api.call('POST', path, secret);
  if (status === 409) await api.call('PUT', `${path}/${name}`, secret);
}

interface Connecting {
  readonly url?: string;
  readonly token: string;
}

function connect(remoteNamespace: string, { url = facts.server, token }: Connecting): Promise<ProviderClient> {
  const config = { server: { url, caBundle: Buffer.from(facts.ca).toString('base64') }, auth: { serviceAccount: { name: account, audiences: [url] } }, remoteNamespace };
  return registry.configure({ kubernetes: config }).connect({ ...noContext, clock: systemClock, http: http.request, serviceAccountToken: async () => SecretBytes.fromUtf8(token) }, never);
}

async function openBench(): Promise<ProviderBench> {
  const namespace = await real.namespace();
  const token = await createAccount(namespace);
  await grant(namespace, { verbs: all });
  await until(namespace, token, { allowed: true });
  const silence = await startSilentServer();
  const stored = new Set<string>();
  return {
    member: 'value',
    pageSize: 50,
    connect: (condition) => {
      if (condition === 'refused') return connect(namespace, { token: 'no-token-of-anybody' });
      if (condition === 'down') return connect(namespace, { token, url: 'https://127.0.0.1:1' });
      if (condition === 'hanging') return connect(namespace, { token, url: silence.url });
      return connect(namespace, { token });
    },
    store: async (key, value, tags) => {
      await store(namespace, key, value, tags);
      stored.add(key);
      return undefined;
    },
    remove: async (key) => {
      await api.call('DELETE', `/api/v1/namespaces/${namespace}/secrets/${key}`);
    },
    deny: async (key) => {
      await grant(namespace, { verbs: ['get'], names: [...[...stored].filter((name) => name !== key), 'nowhere'] });
      await until(namespace, token, { name: key, allowed: false });
      await until(namespace, token, { allowed: true });
    },
    impossibleKey: 'Not_The_Name_Of_A_Secret',
    close: silence.close,
  };
}

providerContract('kubernetes, with a real API server,', openBench, kubernetesExemptions);

describe('a store with a service account, behind the planner', () => {
  async function openReader(): Promise<StoreReader & StoreWriter> {
    // the controller's own identity: it may do everything
    const cluster = await real.admin();
    const versions = { get: () => undefined, healthy: () => false };
    const credentials = createCredentialSource(cluster, { secretVersions: versions, configMapVersions: versions });
    return createStoreReader({ ...noServices, registry, credentials, http: http.request, clock: systemClock, random: Math.random, metrics: { providerCalled: () => {} }, environment: { KUBERNETES_SERVICE_HOST: new URL(facts.server).hostname } });
  }

  it("has that account's rights, and never the controller's", async () => {
    const [tenant, other] = [await real.namespace(), await real.namespace()];
    const token = await createAccount(tenant);
    await store(other, 'theirs', Buffer.from('v'));
    // the authority comes from the ConfigMap that Kubernetes puts into the tenant's namespace
    await expect.poll(async () => (await api.call('GET', `/api/v1/namespaces/${tenant}/configmaps/kube-root-ca.crt`)).status, { timeout: 10_000 }).toBe(200);
    const server = { url: facts.server, caProvider: { type: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' } };
    const provider = { kubernetes: { server, auth: { serviceAccount: { name: account } }, remoteNamespace: other } };
    const handle = { label: `SecretStore ${tenant}/remote`, provider, scope: 'namespaced', namespace: tenant } as const;
    const reader = await openReader();

    expect(await reader.read(handle, [{ key: 'theirs' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'denied' } }]);
    await expect(reader.validate(handle, never)).rejects.toMatchObject({ kind: 'denied' });
    await grant(other, { verbs: ['get'], from: tenant });
    await until(other, token, { allowed: true });

    expect(await reader.read(handle, [{ key: 'theirs' }], never)).toMatchObject([{ kind: 'value' }]);
    expect(await reader.validate(handle, never)).toBe('valid');
    await reader.close();
  });

  it('says which service account is missing', async () => {
    const tenant = await real.namespace();
    const server = { url: facts.server, caBundle: Buffer.from(facts.ca).toString('base64') };
    const provider = { kubernetes: { server, auth: { serviceAccount: { name: 'nobody' } } } };
    const reader = await openReader();
    const [result] = await reader.read({ label: `SecretStore ${tenant}/remote`, provider, scope: 'namespaced', namespace: tenant }, [{ key: 'a' }], never);

    expect(result).toMatchObject({ kind: 'error', error: { kind: 'invalid', message: `the store's credentials need ServiceAccount ${tenant}/nobody, which does not exist` } });
    await reader.close();
  });
});
