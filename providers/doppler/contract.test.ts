import { expect } from 'vitest';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { exemptionBy, type ProviderBench, providerContract } from '../../test/contract/provider.contract.ts';
import { keepsText } from '../../test/contract/text-exemption.ts';
import { dopplerToken, startDopplerServer } from '../../test/support/doppler-server.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { spelledClient, variableNames } from '../../test/support/spelled-client.ts';
import { doppler } from './index.ts';

const never = new AbortController().signal;
const config = { auth: { secretRef: { dopplerToken: { name: 'creds' } } }, project: 'chain', config: 'dev' };

const onePresent = 'a secret of Doppler has its present value only';

async function refusesVersions(client: ProviderClient): Promise<void> {
  expect(await client.read([{ key: 'a', version: '1' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
}

providerContract(
  'doppler',
  async (): Promise<ProviderBench> => {
    const server = await startDopplerServer();
    const closes = [server.close];
    return {
      connect: async (condition) => {
        if (condition === 'down') server.behave('down');
        if (condition === 'hanging') server.behave('hanging');
        const { context, close } = serviceContext({ secrets: { creds: { dopplerToken: condition === 'refused' ? 'dp.st.wrong' : dopplerToken } }, more: { environment: new Map([['DOPPLER_BASE_URL', server.url]]) } });
        closes.push(close);
        return spelledClient(await createRegistry([erase(doppler)]).configure({ doppler: config }).connect(context, never), variableNames);
      },
      store: async (key, value) => {
        server.set(variableNames.write(key), Buffer.from(value).toString('utf8'));
        return undefined;
      },
      remove: async (key) => server.take(variableNames.write(key)),
      deny: async (key) => server.hide(variableNames.write(key)),
      impossibleKey: 'ß',
      close: async () => {
        for (const close of closes) await close();
      },
    };
  },
  [
    keepsText('Doppler'),
    exemptionBy('follows a new current value, and finds the old one by its version', onePresent, refusesVersions),
    exemptionBy('says absent for a version that is not there', onePresent, refusesVersions),
    exemptionBy('returns the metadata of a value as a JSON object, and none of the value', 'secrets of Doppler have none', async (client) => {
      expect(await client.read([{ key: 'a', metadata: true }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
    }),
    exemptionBy('finds values that have all tags of a query', 'secrets of Doppler have no tags', async (client) => {
      await expect(client.find?.({ tags: { team: 'chain' } }, never)).rejects.toMatchObject({ kind: 'unsupported' });
    }),
    {
      clause: "neither overwrites nor removes what is somebody else's",
      because: 'Doppler keeps no mark of who wrote a secret: as in External Secrets, a push replaces what is there, unless it says IfNotExists',
      instead: async (bench) => {
        await bench.store('theirs', Buffer.from('theirs'));
        await using client = await bench.connect();
        const write = { remoteKey: 'theirs', secretKey: 'k', value: await valueOf(client, 'theirs'), source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map() }, updatePolicy: 'IfNotExists' } as const;
        expect(await client.write?.(write, never)).toEqual({ kind: 'unchanged' });
        expect(await client.remove?.({ remoteKey: 'theirs' }, never)).toEqual({ kind: 'removed' });
      },
    },
  ],
);

async function valueOf(client: ProviderClient, key: string) {
  const [result] = await client.read([{ key }], never);
  if (result?.kind !== 'value') throw new Error('there is no value');
  return result.value;
}
