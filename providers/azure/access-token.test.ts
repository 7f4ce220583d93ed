import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remoteGeneratorContract } from '../../test/contract/remote-generator.contract.ts';
import type { AzureServer } from '../../test/support/azure-server.ts';
import { azureClient, azureOrigins, azureRegistry, startAzureServer } from '../../test/support/azure-server.ts';
import type { GeneratorStage } from '../../test/support/generator-stage.ts';
import { createGeneratorStage } from '../../test/support/generator-stage.ts';
import { azureGenerators } from './index.ts';

const jwts = ['token-of-consumer-app'];
const annotations = { 'azure.workload.identity/client-id': azureClient.id, 'azure.workload.identity/tenant-id': azureClient.tenant };

function openStage(url: string, environment: Readonly<Record<string, string>> = {}): GeneratorStage {
  return createGeneratorStage({
    generators: azureGenerators,
    kind: 'ACRAccessToken',
    secrets: { azure: { id: `${azureClient.id}\n`, secret: azureClient.secret, wrong: 'a-wrong-client-secret' } },
    serviceAccounts: { app: annotations, untrusted: annotations, bare: {}, astray: { ...annotations, 'azure.workload.identity/tenant-id': '../evil' } },
    origins: azureOrigins(url),
    environment,
  });
}

function withPrincipal(secret: object = {}, more: object = {}): object {
  const secretRef = { clientId: { name: 'azure', key: 'id' }, clientSecret: { name: 'azure', key: 'secret' }, ...secret };
  return { registry: azureRegistry, tenantId: azureClient.tenant, auth: { servicePrincipal: { secretRef } }, ...more };
}

function withAccount(name: string, more: object = {}): object {
  return { registry: azureRegistry, auth: { workloadIdentity: { serviceAccountRef: { name, ...more } } } };
}

remoteGeneratorContract('ACRAccessToken', async () => {
  const server = await startAzureServer(jwts);
  const elsewhere = { name: 'azure', key: 'id', namespace: 'stranger' };
  return {
    ...server,
    stage: openStage(server.url),
    spec: withPrincipal(),
    foreign: { clientId: withPrincipal({ clientId: elsewhere }), clientSecret: withPrincipal({ clientSecret: elsewhere }), serviceAccountRef: withAccount('app', { namespace: 'stranger' }) },
  };
});

let server: AzureServer;
let stage: GeneratorStage;

beforeEach(async () => {
  server = await startAzureServer(jwts);
  stage = openStage(server.url);
});

afterEach(async () => {
  await Promise.all([server.close(), stage.close()]);
});

const refresh = { username: '00000000-0000-0000-0000-000000000000', password: 'registry-refresh-token' };

describe('a token of a registry of Azure', () => {
  it('is a refresh token where no scope is said', async () => {
    expect(await stage.run(withPrincipal())).toEqual(refresh);
    expect(server.seen).toEqual([`POST /${azureClient.tenant}/oauth2/v2.0/token for https://management.azure.com/.default`, 'POST /oauth2/exchange']);
  });

  it('is for a scope', async () => {
    expect(await stage.run(withPrincipal({}, { scope: 'repository:app:pull,push' }))).toEqual({ ...refresh, password: 'registry-access-token' });
    expect(server.seen.at(-1)).toBe('POST /oauth2/token for repository:app:pull,push');
  });

  it.each([
    ['USGovernmentCloud', 'https://management.usgovcloudapi.net/.default'],
    ['ChinaCloud', 'https://management.chinacloudapi.cn/.default'],
    ['GermanCloud', 'https://management.microsoftazure.de/.default'],
  ])('is of %s', async (environmentType, scope) => {
    expect(await stage.run(withPrincipal({}, { environmentType }))).toEqual(refresh);
    expect(server.seen[0]).toContain(scope);
  });

  it('is given to a service account of the cluster', async () => {
    expect(await stage.run(withAccount('app', { audiences: ['more'] }))).toEqual(refresh);
    expect(stage.tokens).toEqual([{ serviceAccount: 'consumer/app', audiences: ['api://AzureADTokenExchange', 'more'], expirationSeconds: 600 }]);
  });

  it.each([
    [withPrincipal({ clientSecret: { name: 'azure', key: 'wrong' } }), 'denied: ACRAccessToken consumer/it: Entra ID refuses the credentials (invalid_client); check tenantId and auth.servicePrincipal'],
    [withAccount('untrusted'), 'denied: ACRAccessToken consumer/it: Entra ID refuses the credentials (invalid_client); let the application trust the service account, by a federated credential'],
    [withAccount('bare'), 'invalid: ACRAccessToken consumer/it: ServiceAccount "bare" needs the annotations azure.workload.identity/client-id and azure.workload.identity/tenant-id'],
    [withAccount('astray'), 'invalid: ACRAccessToken consumer/it: ServiceAccount "astray" needs the annotations azure.workload.identity/client-id and azure.workload.identity/tenant-id'],
    [withPrincipal({}, { scope: 'repository:none:pull' }), 'denied: ACRAccessToken consumer/it: the registry refuses the credentials (HTTP 403); let the identity pull from it, or push to it'],
    [withPrincipal({}, { environmentType: 'AzureStackCloud' }), 'invalid: ACRAccessToken consumer/it: spec.environmentType: "AzureStackCloud" is not supported by this version of Prelude; use "PublicCloud" or "USGovernmentCloud" or "ChinaCloud" or "GermanCloud"'],
    [withPrincipal({}, { registry: 'evil.example/x?' }), 'invalid: ACRAccessToken consumer/it: spec.registry: must be a host like example.azurecr.io'],
    [{ ...withPrincipal(), tenantId: '../x' }, 'invalid: ACRAccessToken consumer/it: spec.tenantId: must be the id or the domain of a tenant'],
    [{ registry: azureRegistry, auth: {} }, 'invalid: ACRAccessToken consumer/it: spec.auth: needs servicePrincipal, workloadIdentity or managedIdentity'],
  ])('is not given to %j', async (spec, message) => {
    expect(await stage.failure(spec)).toBe(message);
  });
});

describe('the identity of the controller’s machine', () => {
  const spec = { registry: azureRegistry, auth: { managedIdentity: {} } };

  it.each([undefined, 'AZURE_POD_IDENTITY_AUTHORITY_HOST'])('is not lent, also where stores know where it is to be had (%s)', async (variable) => {
    const own = openStage(server.url, variable === undefined ? {} : { [variable]: server.url });
    try {
      expect(await own.failure(spec)).toBe("invalid: ACRAccessToken consumer/it: auth.managedIdentity: the identity of the controller's machine is not lent to generators; its operator may lend it to all of them, by the environment variable PRELUDE_AZURE_LENT_IDENTITY_HOST, which says where it is to be had");
      expect(server.seen).toEqual([]);
    } finally {
      await own.close();
    }
  });

  it('is lent where its operator lends it, to registries of Azure alone', async () => {
    const lending = openStage(server.url, { PRELUDE_AZURE_LENT_IDENTITY_HOST: server.url });
    try {
      expect(await lending.run(spec)).toEqual(refresh);
      expect(await lending.run({ ...spec, auth: { managedIdentity: { identityId: '/subscriptions/known' } } })).toEqual(refresh);
      expect(await lending.failure({ ...spec, auth: { managedIdentity: { identityId: 'other' } } })).toMatch(/^invalid: .*Entra ID refuses the request \(HTTP 400\)$/);
      expect(await lending.failure({ ...spec, registry: 'registry.example' })).toContain('registry is not one of Azure (*.azurecr.io)');
    } finally {
      await lending.close();
    }
  });
});
