import { azurekv } from '../../providers/azure/index.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { azureClient } from './azure-server.ts';
import type { AzureVault } from './azure-vault.ts';
import { noContext } from './generator-context.ts';

const never = new AbortController().signal;

/** `spec.provider.azurekv` of a store whose application has a client secret, changed as a test likes: what is undefined is left out. */
export function azureProviderOf(vaultUrl: string, more: object = {}): object {
  const ref = (key: string) => ({ name: 'azure', key });
  const fields = { vaultUrl, tenantId: azureClient.tenant, authSecretRef: { clientId: ref('id'), clientSecret: ref('secret') }, ...more };
  return { azurekv: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
}

export interface AzureStoreOptions {
  /** `spec.provider`; absent: an application with a client secret. */
  readonly provider?: object;
  /** Keys of the Secret `azure`, beside `id` and `secret`. */
  readonly keys?: Readonly<Record<string, string | Uint8Array>>;
  readonly context?: Partial<ProviderContext>;
  readonly clock?: Clock;
}

/** Connects the adapter, with the real SDK, to a vault. */
export function connectAzure(vault: AzureVault, { provider = azureProviderOf(vault.vaultUrl), keys = {}, context = {}, clock = systemClock }: AzureStoreOptions = {}): Promise<ProviderClient> {
  const secrets: Readonly<Record<string, string | Uint8Array>> = { id: `${azureClient.id}\n`, secret: azureClient.secret, ...keys };
  const secret = ({ key }: { readonly key: string }): Promise<SecretBytes> => Promise.resolve(new SecretBytes(Buffer.from(secrets[key] ?? '')));
  return createRegistry([erase(azurekv)])
    .configure(provider)
    .connect({ ...noContext, http: vault.http, clock, secret, store: { scope: 'namespaced' }, ...context }, never);
}
