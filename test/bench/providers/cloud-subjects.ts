import { azureClient } from '../../support/azure-server.ts';
import { startAzureVault } from '../../support/azure-vault.ts';
import { gcpKey, openGcpBench } from '../../support/gcp-bench.ts';
import { countAll, type Subject } from './subject.ts';

/** Google Secret Manager over gRPC, asked with the key of a service account. */
export async function startGcp(): Promise<Subject> {
  const bench = await openGcpBench();
  const { secretManager, tokens } = bench;
  return {
    title: 'GCP Secret Manager',
    provider: (namespace) => ({ gcpsm: { projectID: 'project', auth: { secretRef: { secretAccessKeySecretRef: { name: 'credentials', key: 'key', ...(namespace === undefined ? {} : { namespace }) } } } } }),
    credentials: { key: gcpKey },
    environment: bench.environment,
    http: bench.http,
    set: (key, value) => void secretManager.set(key, value),
    calls: () => countAll([...secretManager.calls.map(({ method }) => method), ...tokens.seen]),
    // who asks for a value again within its interval was refused before
    wasted: () => secretManager.calls.length - new Set(secretManager.calls.map(({ resource }) => resource)).size,
    limit: secretManager.limit,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

/** Azure Key Vault, asked with the client secret of an application. */
export async function startAzure(): Promise<Subject> {
  const vault = await startAzureVault();
  const operations = ['GetSecret', 'GetSecrets', 'token', 'challenge', 'throttled'];
  return {
    title: 'Azure Key Vault',
    provider: (namespace) => {
      const ref = (key: string): object => ({ name: 'credentials', key, ...(namespace === undefined ? {} : { namespace }) });
      return { azurekv: { vaultUrl: vault.vaultUrl, tenantId: azureClient.tenant, authSecretRef: { clientId: ref('id'), clientSecret: ref('secret') } } };
    },
    credentials: { id: azureClient.id, secret: azureClient.secret },
    environment: {},
    http: vault.http,
    set: (key, value) => void vault.objects.add('secrets', key, { value }),
    calls: () => new Map(operations.map((operation) => [operation, vault.calls(operation)])),
    wasted: () => vault.calls('throttled'),
    limit: (perSecond) => vault.throttle({ perSecond: perSecond ?? Number.POSITIVE_INFINITY }),
    [Symbol.asyncDispose]: () => vault.close(),
  };
}
