import { describe, expect, it } from 'vitest';
import { formatErrors } from '../../src/api/schema.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { azureProviderOf } from '../../test/support/azure-store.ts';
import { azurekv } from './index.ts';

const vaultUrl = 'https://devnet.vault.azure.net';
const ref = (key: string) => ({ name: 'azure', key });
const custom = { activeDirectoryEndpoint: 'https://login.stack.example' };

function parsed(provider: object) {
  return createRegistry([erase(azurekv)]).parse(provider);
}

function problem(more: object, url = vaultUrl): string {
  const result = parsed(azureProviderOf(url, more));
  return result.ok ? 'none' : formatErrors(result.errors);
}

describe('spec.provider.azurekv', () => {
  it.each([
    [{}, false, ['id', 'secret']],
    [{ authType: 'ServicePrincipal', authSecretRef: { clientId: ref('id'), clientCertificate: ref('certificate') } }, false, ['id', 'certificate']],
    [{ authType: 'ManagedIdentity', identityId: 'i', tenantId: undefined, authSecretRef: undefined }, true, []],
    [{ authType: 'WorkloadIdentity', authSecretRef: undefined }, true, []],
    [{ authType: 'WorkloadIdentity', authSecretRef: undefined, serviceAccountRef: { name: 'app', audiences: ['more'] } }, false, ['ServiceAccount app']],
    [{ authType: 'WorkloadIdentity', tenantId: undefined, authSecretRef: { clientId: ref('id'), tenantId: ref('tenant') }, serviceAccountRef: { name: 'app' } }, false, ['ServiceAccount app', 'id', 'tenant']],
    [{ authType: 'WorkloadIdentity', authSecretRef: { clientId: ref('id'), tenantId: ref('tenant') }, serviceAccountRef: { name: 'app' } }, false, ['ServiceAccount app', 'id', 'tenant']],
    [{ environmentType: 'AzureStackCloud', useAzureSDK: true, customCloudConfig: { ...custom, keyVaultEndpoint: 'https://vault.stack.example', keyVaultDNSSuffix: '.vault.stack.example', resourceManagerEndpoint: 'https://management.stack.example' } }, false, ['id', 'secret']],
  ])('may be %j', (more, usesOwnIdentity, credentials) => {
    const result = parsed(azureProviderOf(vaultUrl, more));
    if (!result.ok) throw new Error(formatErrors(result.errors));

    expect(result.value.usesOwnIdentity).toBe(usesOwnIdentity);
    expect(result.value.credentials.map((selector) => ('key' in selector ? selector.key : `${selector.kind} ${selector.name}`))).toEqual(credentials);
  });

  it.each([
    [{ tenantId: undefined }, 'spec.provider.azurekv.tenantId: is required with authType ServicePrincipal'],
    [{ tenantId: '../evil' }, 'spec.provider.azurekv.tenantId: must be the id or the domain of a tenant'],
    [{ authSecretRef: { clientSecret: ref('secret') } }, 'spec.provider.azurekv.authSecretRef.clientId: is required with authType ServicePrincipal'],
    [{ authSecretRef: { clientId: ref('id') } }, 'spec.provider.azurekv.authSecretRef: needs clientSecret or clientCertificate with authType ServicePrincipal'],
    [{ authSecretRef: { clientId: ref('id'), clientSecret: ref('a'), clientCertificate: ref('b') } }, 'spec.provider.azurekv.authSecretRef: must have clientSecret or clientCertificate, not both'],
    [{ authType: 'WorkloadIdentity', serviceAccountRef: { name: 'app' }, authSecretRef: { tenantId: ref('tenant') } }, 'spec.provider.azurekv.authSecretRef.clientId: is required where WorkloadIdentity has an authSecretRef'],
    [{ environmentType: 'AzureStackCloud' }, 'spec.provider.azurekv.customCloudConfig: is required with environmentType AzureStackCloud'],
    [{ customCloudConfig: custom }, 'spec.provider.azurekv.customCloudConfig: belongs to environmentType AzureStackCloud only'],
  ])('is an error with %j', (more, message) => {
    expect(problem(more)).toBe(message);
  });

  it.each(['http://devnet.vault.azure.net', 'https://user:canary@devnet.vault.azure.net', 'https://devnet.vault.azure.net?a=canary', 'devnet', ''])('has no vault at %j, where credentials would be sent in the clear or elsewhere', (url) => {
    expect(problem({}, url)).toMatch(/^spec\.provider\.azurekv\.vaultUrl: must be an address like/);
    expect(problem({}, url)).not.toContain('canary');
  });
});
