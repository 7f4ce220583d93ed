import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { OwnMeans, ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { renderForProvider } from '../../src/secret/template/render-for-provider.ts';
import { azureCertificate } from '../../test/support/azure-certificate.ts';
import { machineIdentities } from '../../test/support/azure-entra.ts';
import { azureClient } from '../../test/support/azure-server.ts';
import { type AzureStoreOptions, azureProviderOf, connectAzure } from '../../test/support/azure-store.ts';
import { type AzureVault, startAzureVault } from '../../test/support/azure-vault.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createThreadRenderer } from '../../test/support/thread-renderer.ts';

const never = new AbortController().signal;

const renderer = createThreadRenderer();
let vault: AzureVault;
/** The file that Azure's webhook mounts. */
let tokenFile: string;

beforeEach(async () => {
  vault = await startAzureVault();
  vault.objects.add('secrets', 'a', { value: 'v' });
  tokenFile = 'token-of-the-pod';
  vault.entra.trusted.add(tokenFile);
});

afterEach(async () => {
  await vault.close();
});

const renderTemplate: ProviderContext['renderTemplate'] = (template, data) => renderForProvider(renderer, { tenant: 'consumer', template, data }, never);

/** What a read through a store comes to: its value, or how connecting or reading fails. */
async function outcome(options: AzureStoreOptions = {}): Promise<string> {
  try {
    await using client = await connectAzure(vault, { ...options, context: { renderTemplate, ...options.context } });
    const [result] = await client.read([{ key: 'a' }], never);
    if (result?.kind === 'error') throw result.error;
    return result?.kind === 'value' ? Buffer.from(result.value.reveal()).toString('utf8') : 'absent';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/unquotable|PRIVATE|client-secret|token-of/);
    return `${error.kind}: ${error.message}`;
  }
}

function storeOf(more: object): object {
  return azureProviderOf(vault.vaultUrl, more);
}

const ref = (key: string) => ({ name: 'azure', key });

describe('an application with a secret', () => {
  it('gets a token', async () => {
    expect(await outcome()).toBe('v');
  });

  it.each([
    ['another secret', { keys: { secret: 'wrong' } }, 'denied: Entra ID refuses the credentials (invalid_client); check tenantId, authSecretRef.clientId and authSecretRef.clientSecret'],
    ['another id', { keys: { id: 'stranger' } }, 'denied: Entra ID refuses the credentials (unauthorized_client); check tenantId, authSecretRef.clientId and authSecretRef.clientSecret'],
  ])('gets none for %s', async (_, options, message) => {
    expect(await outcome(options)).toBe(message);
  });

  it('gets none of another tenant', async () => {
    expect(await outcome({ provider: storeOf({ tenantId: '99999999-2222-3333-4444-555555555555' }) })).toBe('invalid: Entra ID refuses the request (HTTP 400)');
  });
});

describe('an application with a certificate', () => {
  const refs = { authSecretRef: { clientId: ref('id'), clientCertificate: ref('certificate') } };
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  it.each([
    ['PEM', azureCertificate.cert + azureCertificate.key],
    ['PEM, the key first', azureCertificate.key + azureCertificate.cert],
    ['PKCS#12', azureCertificate.pkcs12],
  ])('in %s signs for itself', async (_, certificate) => {
    expect(await outcome({ provider: storeOf(refs), keys: { certificate } })).toBe('v');
  });

  it.each([
    ['without its key', azureCertificate.cert, 'invalid: authSecretRef.clientCertificate holds no private key'],
    ['with the key of another', azureCertificate.cert + stranger, 'invalid: authSecretRef.clientCertificate holds no certificate of its private key'],
    ['that is none', 'canary', 'invalid: the value is neither PEM nor a PKCS#12 file without a password'],
    ['that is broken', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'invalid: the value holds a certificate in PEM that cannot be read'],
  ])('%s is refused', async (_, certificate, message) => {
    expect(await outcome({ provider: storeOf(refs), keys: { certificate } })).toBe(message);
    expect(vault.calls('token')).toBe(0);
  });
});

describe("Prelude's own identity", () => {
  const own: OwnMeans = { file: () => Promise.resolve(SecretBytes.fromUtf8(`${tokenFile}\n`)), http: (request, signal) => vault.http({ ...request, url: request.url.replace('http:', 'https:') }, signal) };
  const environment = new Map([['AZURE_CLIENT_ID', azureClient.id], ['AZURE_TENANT_ID', azureClient.tenant], ['AZURE_FEDERATED_TOKEN_FILE', '/var/run/token']]);
  const stack = { environmentType: 'AzureStackCloud', customCloudConfig: { activeDirectoryEndpoint: 'https://login.stack.example' } };

  it.each([
    ['its own', {}],
    ['one by its client id', { identityId: machineIdentities.client }],
    ['one by its resource id', { identityId: machineIdentities.resource }],
  ])('is an identity of the machine: %s', async (_, more) => {
    expect(await outcome({ provider: storeOf({ authType: 'ManagedIdentity', ...more }), context: { own } })).toBe('v');
    expect(vault.lastHeaders('169.254.169.254')?.['metadata']).toBe('true');
  });

  it('is no identity that the machine has not', async () => {
    expect(await outcome({ provider: storeOf({ authType: 'ManagedIdentity', identityId: 'stranger' }), context: { own } })).toBe("invalid: the metadata service of Prelude's machine refuses the request (HTTP 400)");
  });

  it('is that of the pod, whose token is read anew each time', async () => {
    const options = { provider: storeOf({ authType: 'WorkloadIdentity' }), context: { own, environment } };
    expect(await outcome(options)).toBe('v');
    tokenFile = 'a-stranger';
    expect(await outcome(options)).toBe("denied: Entra ID refuses the credentials (invalid_client); let the application trust Prelude's service account, by a federated credential");
  });

  it('is not there where the webhook has set nothing', async () => {
    expect(await outcome({ provider: storeOf({ authType: 'WorkloadIdentity' }), context: { own } })).toMatch(/^invalid: WorkloadIdentity without serviceAccountRef needs the environment variables AZURE_CLIENT_ID/);
  });

  it.each(['ManagedIdentity', 'WorkloadIdentity'])('is not lent to a store that may not have it: %s', async (authType) => {
    expect(await outcome({ provider: storeOf({ authType }), context: { environment } })).toBe("denied: Prelude's own identity is not to be had here; name credentials in the store");
  });

  it.each(['ManagedIdentity', 'WorkloadIdentity'])('is never proved to an endpoint that a tenant has written: %s', async (authType) => {
    expect(await outcome({ provider: storeOf({ authType, ...stack }), context: { own, environment } })).toMatch(/^denied: a SecretStore with customCloudConfig may not use Prelude's own identity/);
    expect(await outcome({ provider: storeOf({ authType, ...stack }), context: { own, environment, store: { scope: 'cluster' } } })).toBe('v');
  });
});

describe('a service account', () => {
  const annotations = { 'azure.workload.identity/client-id': azureClient.id, 'azure.workload.identity/tenant-id': azureClient.tenant };
  const bare = { authType: 'WorkloadIdentity', serviceAccountRef: { name: 'app' }, tenantId: undefined, authSecretRef: undefined };

  function contextOf(annotated: Readonly<Record<string, string>>, seen: unknown[] = []): Partial<ProviderContext> {
    vault.entra.trusted.add('token-of-app');
    return {
      serviceAccountAnnotations: () => Promise.resolve(annotated),
      serviceAccountToken: (account, request) => {
        seen.push([account.name, request]);
        return Promise.resolve(SecretBytes.fromUtf8('token-of-app'));
      },
    };
  }

  it.each([
    ['its annotations', annotations, {}],
    ['the store, for the tenant', { 'azure.workload.identity/client-id': azureClient.id }, { tenantId: azureClient.tenant }],
    ['Secrets', {}, { authSecretRef: { clientId: ref('id'), tenantId: ref('tenant') } }],
  ])('acts as the application that is named by %s', async (_, annotated, more) => {
    const seen: unknown[] = [];
    expect(await outcome({ provider: storeOf({ ...bare, ...more }), keys: { tenant: azureClient.tenant }, context: contextOf(annotated, seen) })).toBe('v');
    expect(seen).toEqual([['app', { audiences: ['api://AzureADTokenExchange'], expirationSeconds: 600 }]]);
  });

  it('is of the tenant of the pod where nothing else says so', async () => {
    const environment = new Map([['AZURE_TENANT_ID', azureClient.tenant]]);
    expect(await outcome({ provider: storeOf(bare), context: { ...contextOf({ 'azure.workload.identity/client-id': azureClient.id }), environment } })).toBe('v');
  });

  it.each([
    [annotations, { authSecretRef: { clientId: ref('id') } }, 'invalid: there are several of the client id: authSecretRef.clientId and the annotation azure.workload.identity/client-id; remove one'],
    [annotations, { tenantId: azureClient.tenant }, 'invalid: there are several of the tenant: tenantId of the store and the annotation azure.workload.identity/tenant-id; remove one'],
    [{}, {}, 'invalid: ServiceAccount "app" needs the annotation azure.workload.identity/client-id, or the store authSecretRef.clientId'],
    [{ 'azure.workload.identity/client-id': 'a' }, {}, 'invalid: ServiceAccount "app" needs the annotation azure.workload.identity/tenant-id, or the store tenantId'],
    [{ ...annotations, 'azure.workload.identity/tenant-id': '../evil' }, {}, 'invalid: the tenant is neither the id nor the domain of one'],
  ])('with the annotations %j and %j fails', async (annotated, more, message) => {
    expect(await outcome({ provider: storeOf({ ...bare, ...more }), context: contextOf(annotated) })).toBe(message);
    expect(vault.calls('token')).toBe(0);
  });
});

describe('a token', () => {
  it('is never given to a vault whose challenge names what its address does not prove', async () => {
    for (const [resource, message] of [
      ['https://management.azure.com', 'invalid: the vault asks for a token of another service than its address belongs to, so it gets none; check vaultUrl and environmentType'],
      ['not a URL', 'invalid: the vault asks for a token of another service than its address belongs to, so it gets none; check vaultUrl and environmentType'],
      ['https://azure.net', 'invalid: the vault asks for a token of another service than https://vault.azure.net, so it gets none; check vaultUrl and environmentType'],
    ] as const) {
      vault.challenge(resource);
      expect(await outcome()).toBe(message);
    }
    // a token is had before a vault is asked, but not shown to it
    expect(vault.lastHeaders('devnet.vault.azure.net')?.authorization).toBeUndefined();
  });

  it('is asked for once, and anew before it ends', async () => {
    const clock = createFakeClock(Date.now());
    await using client = await connectAzure(vault, { clock });
    const read = async (): Promise<unknown> => (await client.read([{ key: 'a' }], never))[0]?.kind;

    expect([await read(), await read(), vault.calls('token')]).toEqual(['value', 'value', 1]);
    await clock.advance(3_250_000);
    expect([await read(), vault.calls('token')]).toEqual(['value', 1]);
    await clock.advance(60_000);
    expect([await read(), await read()]).toEqual(['value', 'value']);
    await expect.poll(() => vault.calls('token')).toBe(2);
  });

  it('is used until its end where it cannot be renewed', async () => {
    const clock = createFakeClock(Date.now());
    let isDown = false;
    const http: typeof vault.http = (request, signal) => {
      if (isDown && request.url.includes('login')) return Promise.reject(new ProviderError('unavailable', 'Entra ID is down'));
      return vault.http(request, signal);
    };
    await using client = await connectAzure(vault, { clock, context: { http } });
    const read = async (): Promise<unknown> => (await client.read([{ key: 'a' }], never))[0]?.kind;

    expect(await read()).toBe('value');
    isDown = true;
    await clock.advance(3_400_000);
    expect(await read()).toBe('value');
    await clock.advance(300_000);
    expect(await read()).toBe('error');
  });

  it('that a vault refuses is dropped, and another is asked for', async () => {
    await using client = await connectAzure(vault);
    const read = async (): Promise<unknown> => (await client.read([{ key: 'a' }], never))[0];
    await read();
    vault.entra.revoke();

    expect([await read(), await read()]).toMatchObject([{ kind: 'value' }, { kind: 'value' }]);
    expect(vault.calls('token')).toBe(2);
  });

  it('is what a check of a store asks for', async () => {
    await using client = await connectAzure(vault);
    await using refused = await connectAzure(vault, { keys: { secret: 'wrong' } });

    expect(await client.validate?.(never)).toBe('valid');
    await expect(refused.validate?.(never)).rejects.toMatchObject({ kind: 'denied' });
    expect(vault.calls()).toBe(0);
  });
});

describe('another cloud', () => {
  it.each([
    ['of a government', 'devnet.vault.usgovcloudapi.net', 'https://vault.usgovcloudapi.net', { environmentType: 'USGovernmentCloud' }],
    ['of one’s own', 'devnet.vault.stack.example', 'https://vault.stack.example', { environmentType: 'AzureStackCloud', useAzureSDK: true, customCloudConfig: { activeDirectoryEndpoint: 'https://login.stack.example/', keyVaultDNSSuffix: 'vault.stack.example' } }],
    ['of one’s own that says the least', 'devnet.vault.stack.example', 'https://vault.stack.example', { environmentType: 'AzureStackCloud', customCloudConfig: { activeDirectoryEndpoint: 'https://login.stack.example' } }],
  ])('%s is asked at its own addresses', async (_, host, resource, more) => {
    await vault.close();
    vault = await startAzureVault(host, resource);
    vault.objects.add('secrets', 'a', { value: 'of that cloud' });

    expect(await outcome({ provider: storeOf(more), clock: systemClock })).toBe('of that cloud');
  });
});
