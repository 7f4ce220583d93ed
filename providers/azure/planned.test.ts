import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { extractMap, selectProperty } from '../../src/provider/property.ts';
import { createStoreReader } from '../../src/provider/read-planner.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { StoreHandle, StoreReader } from '../../src/provider/store-reader.ts';
import { azureClient } from '../../test/support/azure-server.ts';
import { azureProviderOf } from '../../test/support/azure-store.ts';
import { type AzureVault, startAzureVault } from '../../test/support/azure-vault.ts';
import { noServices } from '../../test/support/generator-context.ts';
import { azurekv } from './index.ts';

/** The adapter behind the planner: real SDK, real protocol, real time, calls counted at the server. */
const never = new AbortController().signal;

let vault: AzureVault;
let reader: StoreReader;
let clientSecret: string;

beforeEach(async () => {
  clientSecret = azureClient.secret;
  vault = await startAzureVault();
  for (let index = 0; index < 60; index += 1) vault.objects.add('secrets', `s-${index}`, { value: `canary-${index}` }, { tags: { team: 'chain' } });
  reader = createStoreReader({
    registry: createRegistry([erase(azurekv)]),
    ...noServices,
    credentials: { ...noServices.credentials, read: (_namespace, _name, key) => Promise.resolve(SecretBytes.fromUtf8(key === 'id' ? azureClient.id : clientSecret)), version: () => '1' },
    http: vault.http,
    clock: systemClock,
    metrics: { providerCalled: () => {} },
    environment: {},
  });
});

afterEach(async () => {
  await reader.close();
  await vault.close();
});

function storeIn(namespace: string): StoreHandle {
  return { label: `SecretStore ${namespace}/azure`, scope: 'namespaced', namespace, provider: azureProviderOf(vault.vaultUrl) };
}

function refs(from: number, count: number): readonly RemoteRef[] {
  return Array.from({ length: count }, (_, index) => ({ key: `s-${from + index}` }));
}

function told(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}

describe('many ExternalSecrets', () => {
  it('of the same 20 secrets in 50 namespaces cost 20 calls and one token', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) => reader.read(storeIn(`ns-${index}`), refs(0, 20), never)));

    expect(results.flat().map(told)).toEqual(Array.from({ length: 1000 }, (_, index) => `canary-${index % 20}`));
    expect([vault.calls(), vault.calls('token')]).toEqual([20, 1]);
  }, 20_000);

  it('come through at a vault that throttles, without many calls in vain', async () => {
    vault.throttle({ perSecond: 30 });
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => reader.read(storeIn('a'), refs(index * 3, 3), never)));

    expect(results.flat().map(told)).toEqual(Array.from({ length: 60 }, (_, index) => `canary-${index}`));
    // the first ones find out how many it takes
    expect(vault.calls('throttled')).toBeLessThanOrEqual(40);
  }, 20_000);

  it('cost one login and no call where the client secret is wrong', async () => {
    clientSecret = 'wrong';
    const results = await Promise.all(Array.from({ length: 10 }, (_, index) => reader.read(storeIn('a'), refs(index * 20, 20), never)));

    expect(new Set(results.flat().map(told))).toEqual(new Set(['denied: Entra ID refuses the credentials (invalid_client); check tenantId, authSecretRef.clientId and authSecretRef.clientSecret']));
    expect([vault.calls('token'), vault.calls('challenge'), vault.calls()]).toEqual([1, 0, 0]);
  }, 20_000);

  it('cost few logins where the vault refuses the tokens', async () => {
    vault.entra.accepts = () => false;
    const [first] = await reader.read(storeIn('a'), refs(0, 60), never);

    expect(told(first)).toBe("denied: Azure Key Vault refuses the token (HTTP 401); check that the identity is of the vault's tenant");
    expect(vault.calls('token')).toBeLessThanOrEqual(2);
  }, 20_000);

  it('get the metadata of a secret beside its value, for a property and for an extract', async () => {
    const [value, metadata] = await reader.read(storeIn('a'), [{ key: 's-1' }, { key: 's-1', metadata: true }], never);
    if (metadata?.kind !== 'value') throw new Error('there is no metadata');

    expect(told(value)).toBe('canary-1');
    expect([...extractMap(metadata.value).keys()]).toEqual(['s-1_team']);
    expect(Buffer.from(selectProperty(metadata.value, 'team', 'path-first')?.reveal() ?? []).toString()).toBe('chain');
  });
});
