import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { createCredentialSource } from '../../src/app/credential-source.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ReadResult } from '../../src/provider/contract.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreReader, StoreWriter } from '../../src/provider/store-reader.ts';
import { openBao, vault } from '../../providers/vault/index.ts';
import { type ProviderBench, providerContract } from '../contract/provider.contract.ts';
import { vaultContractExemptions } from '../contract/vault-exemptions.ts';
import { noServices } from '../support/generator-context.ts';
import { createRawApi, serviceAccountToken } from '../support/raw-api.ts';
import { useRealCluster } from '../support/real-cluster.ts';
import { startSilentServer } from '../support/silent-server.ts';
import { connectVault, secretsOf, storeInVault } from '../support/vault-bench.ts';
import type { VaultProcess } from '../support/vault-process.ts';
import { startVault } from '../support/vault-process.ts';

const facts = inject('controlPlane');
const real = useRealCluster(facts);
const api = createRawApi(facts);
const http = createHttpClient({ clock: systemClock, allowLoopback: true });
const never = new AbortController().signal;

let server: VaultProcess;

beforeAll(async () => {
  server = await startVault(inject('parts').vault);
  await server.admin.call('PUT', 'sys/auth/approle', { type: 'approle' });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await http.close();
  await api.close();
});

/** An AppRole of a test's own, with one policy, and what logs in as it. */
interface Role {
  readonly name: string;
  readonly roleId: string;
  readonly secretId: string;
}

const idAnswer = z.object({ data: z.record(z.string(), z.unknown()) });
let roles = 0;

async function createRole(mount: string, more: object = {}): Promise<Role> {
  roles += 1;
  const name = `role-${roles}`;
  await allow(name, mount, {});
  await server.admin.call('PUT', `auth/approle/role/${name}`, { token_policies: [name], token_ttl: '20m', ...more });
  const id = idAnswer.parse((await server.admin.call('GET', `auth/approle/role/${name}/role-id`)).body);
  const secret = idAnswer.parse((await server.admin.call('PUT', `auth/approle/role/${name}/secret-id`, {})).body);
  return { name, roleId: String(id.data['role_id']), secretId: String(secret.data['secret_id']) };
}

/** Lets a policy do everything below a mount, but for one path. */
async function allow(name: string, mount: string, { except }: { readonly except?: string }): Promise<void> {
  const rules = [`path "${mount}/*" { capabilities = ["create", "read", "update", "delete", "list"] }`, ...(except === undefined ? [] : [`path "${except}" { capabilities = ["deny"] }`])];
  await server.admin.call('PUT', `sys/policies/acl/${name}`, { policy: rules.join('\n') });
}

let mounts = 0;

/** An engine of a test's own. */
async function createMount(version: 'v1' | 'v2'): Promise<string> {
  mounts += 1;
  const mount = `teams/kv-${mounts}`;
  await server.admin.call('PUT', `sys/mounts/${mount}`, { type: 'kv', options: { version: version.slice(1) } });
  // an engine of version v2 prepares itself, and refuses with 400 until then
  await expect.poll(async () => (await server.admin.call('GET', version === 'v1' ? `${mount}/x` : `${mount}/data/x`)).status, { timeout: 10_000 }).toBe(404);
  return mount;
}

function connect(role: Role, config: object): Promise<ProviderClient> {
  const auth = { appRole: { roleId: role.roleId, secretRef: { name: 'vault', key: 'secretId' } } };
  return connectVault({ server: server.url, auth, ...config }, { http: http.request, secret: secretsOf({ secretId: role.secretId }) });
}

async function openBench(version: 'v1' | 'v2'): Promise<ProviderBench> {
  const mount = await createMount(version);
  const role = await createRole(mount);
  const silence = await startSilentServer();
  return {
    member: 'value',
    connect: (condition) => {
      const config = { path: mount, version };
      if (condition === 'refused') return connect({ ...role, secretId: 'wrong' }, config);
      if (condition === 'down') return connect(role, { ...config, server: 'http://127.0.0.1:1' });
      return connect(role, condition === 'hanging' ? { ...config, server: silence.url.replace('https:', 'http:') } : config);
    },
    store: (key, value, tags) => storeInVault(server.admin, { mount, version, key }, { value: new TextDecoder().decode(value) }, tags),
    remove: async (key) => {
      await server.admin.call('DELETE', version === 'v1' ? `${mount}/${key}` : `${mount}/data/${key}`);
    },
    deny: (key) => allow(role.name, mount, { except: version === 'v1' ? `${mount}/${key}` : `${mount}/data/${key}` }),
    impossibleKey: 'a/../b',
    close: silence.close,
  };
}

for (const version of ['v2', 'v1'] as const) {
  providerContract(`vault, with a real one, version ${version},`, () => openBench(version), vaultContractExemptions(version));
}

async function readOne(client: ProviderClient, key = 'a'): Promise<string | undefined> {
  const [result] = await client.read([{ key }], never);
  return told(result);
}

function told(result: ReadResult | undefined): string | undefined {
  if (result?.kind === 'value') return new TextDecoder().decode(result.value.reveal());
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

describe('the token of a real Vault', () => {
  it('is one for all reads, and is given back when the client is disposed', async () => {
    const mount = await createMount('v2');
    await storeInVault(server.admin, { mount, version: 'v2', key: 'a' }, { k: 'v' });
    const before = await server.tokens();
    const client = await connect(await createRole(mount), { path: mount });
    expect(await Promise.all([readOne(client), readOne(client), readOne(client)])).toEqual(Array.from({ length: 3 }, () => '{"k":"v"}'));
    expect(await client.validate?.(never)).toBe('valid');
    expect(await server.tokens()).toBe(before + 1);
    await client[Symbol.asyncDispose]();

    expect(await server.tokens()).toBe(before);
  });

  it('is prolonged before it ends, and replaced where that has an end', async () => {
    const mount = await createMount('v1');
    await storeInVault(server.admin, { mount, version: 'v1', key: 'a' }, { k: 'v' });
    const before = await server.tokens();
    await using client = await connect(await createRole(mount, { token_ttl: '3s', token_max_ttl: '6s' }), { path: mount, version: 'v1' });
    for (let seconds = 0; seconds < 9; seconds += 1) {
      expect(await readOne(client)).toBe('{"k":"v"}');
      await new Promise((resolve) => {
        setTimeout(resolve, 1_000);
      });
    }

    // those before it have ended, or were given back
    await expect.poll(() => server.tokens(), { timeout: 10_000 }).toBeLessThanOrEqual(before + 1);
  });

  it('is replaced where somebody has revoked it', async () => {
    const mount = await createMount('v1');
    await storeInVault(server.admin, { mount, version: 'v1', key: 'a' }, { k: 'v' });
    const role = await createRole(mount);
    await using client = await connect(role, { path: mount, version: 'v1' });
    expect(await readOne(client)).toBe('{"k":"v"}');
    await server.admin.call('PUT', 'sys/leases/revoke-prefix/auth/approle/login', {});

    expect(await readOne(client)).toBe('{"k":"v"}');
    await allow(role.name, mount, { except: `${mount}/a` });
    expect(await readOne(client)).toMatch(/^denied: /);
  });

  it('is of no namespace where the edition has none, and validation says so', async () => {
    const mount = await createMount('v1');
    await using client = await connect(await createRole(mount), { path: mount, version: 'v1', namespace: 'team-a' });

    await expect(client.validate?.(never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('this Vault has no namespaces') });
  });
});

describe('a real Vault', () => {
  it('says of a path that leads nowhere something else than of a secret that is not there', async () => {
    const mount = await createMount('v2');
    const role = await createRole(mount);
    await server.admin.call('PUT', `sys/policies/acl/${role.name}`, { policy: 'path "*" { capabilities = ["create", "read", "update", "delete", "list"] }' });
    await using right = await connect(role, { path: mount });
    await using nowhere = await connect(role, { path: 'no-mount' });
    await using other = await connect(role, { path: mount, version: 'v1' });

    expect(await readOne(right)).toBe('absent');
    expect([await readOne(nowhere), await readOne(other)]).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/^invalid: Vault has nothing at this path/)));
    await expect(nowhere.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid' });
    expect(await right.find?.({ path: 'no/folder' }, never)).toEqual([]);
  });

  it('finds through folders, and reads what it finds by its name', async () => {
    const mount = await createMount('v2');
    for (const key of ['top', 'a/b/c/deep', 'a/b', 'a/gone']) await storeInVault(server.admin, { mount, version: 'v2', key }, { k: key });
    await server.admin.call('DELETE', `${mount}/data/a/gone`);
    const role = await createRole(mount);
    await using client = await connect(role, { path: mount });
    await using pathless = await connect(role, {});
    const found = async (from: ProviderClient, path?: string): Promise<readonly string[] | undefined> => (await from.find?.(path === undefined ? {} : { path }, never))?.map(({ key }) => key);

    expect(await found(client)).toEqual(['a/b', 'a/b/c/deep', 'top']);
    expect(await found(client, '/a/b/')).toEqual(['a/b/c/deep']);
    expect(await found(pathless, `${mount}/data/a`)).toEqual([`${mount}/data/a/b`, `${mount}/data/a/b/c/deep`]);
    expect(await readOne(pathless, `${mount}/data/a/b`)).toBe('{"k":"a/b"}');
  });

  it('does not let a write through that another was faster than, with cas_required or without', async () => {
    const mount = await createMount('v2');
    await server.admin.call('PUT', `${mount}/config`, { cas_required: true });
    await using client = await connect(await createRole(mount), { path: mount, checkAndSet: { required: true } });
    const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map<string, SecretBytes>() };
    const results = await Promise.all(
      ['a', 'b', 'c'].map(async (property) => client.write?.({ remoteKey: 'many', property, secretKey: property, value: SecretBytes.fromUtf8(property), source, updatePolicy: 'Replace' }, never)),
    );

    expect(results).toEqual(Array.from({ length: 3 }, () => ({ kind: 'written' })));
    expect(await readOne(client, 'many')).toBe('{"a":"a","b":"b","c":"c"}');
  });
});

describe('a store with a service account, at a real Vault and a real API server', () => {
  const account = 'vault-reader';

  async function createAccount(namespace: string, name: string): Promise<void> {
    await api.call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  }

  /** Lets Vault ask the API server whose tokens are shown to it. */
  async function enableKubernetes(namespace: string): Promise<string> {
    await createAccount(namespace, 'vault');
    const group = 'rbac.authorization.k8s.io';
    const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'system:auth-delegator' };
    await api.call('POST', `/apis/${group}/v1/clusterrolebindings`, { apiVersion: `${group}/v1`, kind: 'ClusterRoleBinding', metadata: { name: `vault-${namespace}` }, roleRef, subjects: [{ kind: 'ServiceAccount', name: 'vault', namespace }] });
    const mount = `cluster-${namespace}`;
    await server.admin.call('PUT', `sys/auth/${mount}`, { type: 'kubernetes' });
    const reviewer = await serviceAccountToken(api, namespace, 'vault');
    await server.admin.call('PUT', `auth/${mount}/config`, { kubernetes_host: facts.server, kubernetes_ca_cert: facts.ca, token_reviewer_jwt: reviewer, disable_local_ca_jwt: true });
    return mount;
  }

  async function openReader(): Promise<StoreReader & StoreWriter> {
    const cluster = await real.admin();
    const versions = { get: () => undefined, healthy: () => false };
    const credentials = createCredentialSource(cluster, { secretVersions: versions, configMapVersions: versions });
    return createStoreReader({ ...noServices, registry: createRegistry([erase(vault), erase(openBao)]), credentials, http: http.request, clock: systemClock, random: Math.random, metrics: { providerCalled: () => {} }, environment: {} });
  }

  it('logs in with its token, and no other does', async () => {
    const [tenant, other] = [await real.namespace(), await real.namespace()];
    for (const namespace of [tenant, other]) await createAccount(namespace, account);
    const authMount = await enableKubernetes(tenant);
    const mount = await createMount('v2');
    await storeInVault(server.admin, { mount, version: 'v2', key: 'app' }, { password: 'p', 'tls.crt': 'exact', tls: { crt: 'nested' } });
    await allow(`policy-${tenant}`, mount, {});
    await server.admin.call('PUT', `auth/${authMount}/role/app`, { bound_service_account_names: account, bound_service_account_namespaces: tenant, token_policies: [`policy-${tenant}`], token_ttl: '10m' });
    const reader = await openReader();
    const storeOf = (namespace: string) => {
      const kubernetes = { mountPath: authMount, role: 'app', serviceAccountRef: { name: account } };
      return { label: `SecretStore ${namespace}/vault`, provider: { vault: { server: server.url, path: mount, auth: { kubernetes } } }, scope: 'namespaced', namespace } as const;
    };
    // all others were given back, or end within seconds: the root token is left
    await expect.poll(() => server.tokens(), { timeout: 30_000, interval: 500 }).toBe(1);

    // the API server hears of the binding after a moment
    await expect.poll(async () => (await reader.read(storeOf(tenant), [{ key: 'app' }], never))[0]?.kind, { timeout: 30_000, interval: 1_000 }).toBe('value');
    expect(await reader.validate(storeOf(tenant), never)).toBe('valid');
    expect(await reader.read(storeOf(tenant), [{ key: 'app' }, { key: 'nowhere' }], never)).toMatchObject([{ kind: 'value', version: '1' }, { kind: 'absent' }]);
    expect(await reader.read(storeOf(other), [{ key: 'app' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'denied' } }]);
    const openBaoStore = { ...storeOf(tenant), label: `SecretStore ${tenant}/openbao`, provider: { openBao: { server: server.url, path: mount, auth: { kubernetes: { path: authMount, role: 'app', serviceAccountRef: { name: account } } } } } };
    expect(await reader.read(openBaoStore, [{ key: 'app' }], never)).toMatchObject([{ kind: 'value' }]);
    expect(await server.tokens()).toBe(3);
    await reader.close();

    expect(await server.tokens()).toBe(1);
  });
});
