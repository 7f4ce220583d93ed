import { expect } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Exemption, ProviderBench } from '../../test/contract/provider.contract.ts';
import { exemptionBy, providerContract } from '../../test/contract/provider.contract.ts';
import { openGcpBench, withGcpKey } from '../../test/support/gcp-bench.ts';

const never = new AbortController().signal;

const conditions = { down: 'down', hanging: 'hanging' } as const;

async function open(location?: string): Promise<ProviderBench> {
  const bench = await openGcpBench({ pageSize: 4 });
  const { secretManager } = bench;
  const at = location === undefined ? {} : { location };
  return {
    connect: async (condition) => {
      if (condition === 'refused') secretManager.revokeTokens();
      else if (condition !== undefined) secretManager.behave(conditions[condition]);
      return bench.connect({ ...withGcpKey, ...at });
    },
    store: async (key, value, tags) => secretManager.set(key, value, { ...at, ...(tags === undefined ? {} : { labels: tags }) }),
    pageSize: 4,
    remove: async (key) => secretManager.delete(key, location),
    deny: async (key) => secretManager.deny(key),
    impossibleKey: 'below/a',
    close: async () => {
      await bench[Symbol.asyncDispose]();
    },
  };
}

const exemptions: readonly Exemption[] = [
  {
    clause: 'returns an empty value as a value',
    because: 'Google keeps no empty value',
    instead: async (bench) => {
      await expect(bench.store('empty', new Uint8Array())).rejects.toThrow('Field [payload] is required.');
    },
  },
  exemptionBy('writes a value that is read back, and an empty one', 'Google keeps no empty value', async (client) => {
    const write = (text: string) => {
      const value = SecretBytes.fromUtf8(text);
      return client.write?.({ remoteKey: 'written', secretKey: 'k', value, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) }, updatePolicy: 'Replace' }, never);
    };
    expect(await write('line\nß')).toEqual({ kind: 'written' });
    expect(await write('')).toMatchObject({ kind: 'error', error: { kind: 'invalid', message: 'the value is empty, and Google Secret Manager keeps no empty value' } });
    expect(await client.read([{ key: 'written' }], never)).toMatchObject([{ kind: 'value', version: '1' }]);
  }),
  exemptionBy('finds values below a path', 'names of secrets hold no slash', async (client) => {
    await expect(client.find?.({ path: 'below/' }, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('find.path') });
  }),
];

providerContract('gcpsm', () => open(), exemptions);
providerContract('gcpsm, of one region', () => open('europe-west1'), exemptions);
