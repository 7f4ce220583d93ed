import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { openBao, vault } from '../../providers/vault/index.ts';
import type { ProviderBench } from '../contract/provider.contract.ts';
import { noContext } from './generator-context.ts';
import { startVaultServer, vaultLogins } from './vault-server.ts';

const never = new AbortController().signal;
const registry = createRegistry([erase(vault), erase(openBao)]);

export const appRole = { appRole: { roleId: vaultLogins.roleId, secretRef: { name: 'vault', key: 'secretId' } } };

/** A Vault's secrets, as whoever fills them: by hand, over its own API. */
export interface VaultAdmin {
  readonly call: (method: string, path: string, body?: unknown) => Promise<{ readonly status: number; readonly body: unknown }>;
}

/** Asks a Vault with a token that may do everything. */
export function vaultAdmin(url: string, token: string): VaultAdmin {
  return {
    call: async (method, path, body) => {
      const answer = await fetch(`${url}/v1/${path}`, { method, headers: { 'X-Vault-Token': token, 'X-Vault-Request': 'true' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
    },
  };
}

/** Stores a value as somebody else does, and says which version it is. */
export async function storeInVault(admin: VaultAdmin, place: { readonly mount: string; readonly version: 'v1' | 'v2'; readonly key: string }, data: object, tags?: Readonly<Record<string, string>>): Promise<string | undefined> {
  const { mount, version, key } = place;
  if (version === 'v1') {
    await admin.call('PUT', `${mount}/${key}`, data);
    return undefined;
  }
  if (tags !== undefined) await admin.call('PUT', `${mount}/metadata/${key}`, { custom_metadata: tags });
  await admin.call('PUT', `${mount}/data/${key}`, { data });
  const { body } = await admin.call('GET', `${mount}/metadata/${key}`);
  return /"current_version":(\d+)/.exec(JSON.stringify(body))?.[1];
}

/** Connects with a configuration; the Secret `vault` holds the credentials. */
export function connectVault(config: object, context: Partial<ProviderContext> & Pick<ProviderContext, 'http'>, id: 'vault' | 'openBao' = 'vault'): Promise<ProviderClient> {
  return registry.configure({ [id]: config }).connect({ ...noContext, clock: systemClock, secret: secretsOf(vaultLogins), ...context }, never);
}

/** A source of Secrets by their keys, whatever their names. */
export function secretsOf(values: Readonly<Record<string, string>>): ProviderContext['secret'] {
  return ({ key }) => Promise.resolve(SecretBytes.fromUtf8(values[key] ?? ''));
}

/** Our own server, with an engine of either version. */
export async function openVaultBench(version: 'v1' | 'v2'): Promise<ProviderBench> {
  const server = await startVaultServer();
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  const mount = version === 'v1' ? 'kv' : 'secret';
  const admin = vaultAdmin(server.url, vaultLogins.token);
  return {
    member: 'value',
    connect: async (condition) => {
      if (condition === 'down') server.behave('down');
      if (condition === 'hanging') server.behave('hanging');
      const secret = condition === 'refused' ? { secret: secretsOf({ secretId: 'wrong' }) } : {};
      return connectVault({ server: server.url, path: mount, version, auth: appRole }, { http: http.request, ...secret });
    },
    store: (key, value, tags) => storeInVault(admin, { mount, version, key }, { value: new TextDecoder().decode(value) }, tags),
    remove: async (key) => {
      await admin.call('DELETE', version === 'v1' ? `${mount}/${key}` : `${mount}/data/${key}`);
    },
    deny: (key) => Promise.resolve(server.deny(version === 'v1' ? `${mount}/${key}` : `${mount}/data/${key}`)),
    impossibleKey: 'a/../b',
    close: async () => {
      await http.close();
      await server.close();
    },
  };
}
