import { expect } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { exemptionBy, type ProviderBench, providerContract } from '../../test/contract/provider.contract.ts';
import { azurePageSize } from '../../test/support/azure-vault-api.ts';
import { connectAzure } from '../../test/support/azure-store.ts';
import { startAzureVault } from '../../test/support/azure-vault.ts';

const never = new AbortController().signal;

providerContract('azurekv', async (): Promise<ProviderBench> => {
  const vault = await startAzureVault();
  return {
    pageSize: azurePageSize,
    connect: (condition) => {
      if (condition === 'down') vault.behave('resetting');
      if (condition === 'hanging') vault.behave('hanging');
      return connectAzure(vault, condition === 'refused' ? { keys: { secret: 'a-wrong-client-secret' } } : {});
    },
    store: (key, value, tags) => Promise.resolve(vault.objects.add('secrets', key, { value: Buffer.from(value).toString('utf8') }, tags === undefined ? {} : { tags })),
    remove: async (key) => vault.objects.delete('secrets', key),
    deny: async (key) => void vault.api.denied.add(`get ${key}`),
    impossibleKey: 'not_the_name_of_a_secret',
    close: vault.close,
  };
}, [
  exemptionBy('returns bytes as they were stored, NUL and what is no UTF-8 among them', 'secrets of a vault are text', async (client) => {
    const value = new SecretBytes(Uint8Array.of(0, 0xff));
    const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map() };
    expect(await client.write?.({ remoteKey: 'binary', value, source, updatePolicy: 'Replace' }, never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
    expect(await client.read([{ key: 'binary' }], never)).toEqual([{ kind: 'absent' }]);
  }),
  {
    clause: 'finds values below a path',
    because: 'names of secrets have no paths; a path says nothing, as in External Secrets',
    instead: async (bench) => {
      await bench.store('anything', Buffer.from('v'));
      await using client = await bench.connect();
      expect((await client.find?.({ path: 'below/' }, never))?.map(({ key }) => key)).toEqual(['anything']);
    },
  },
]);
