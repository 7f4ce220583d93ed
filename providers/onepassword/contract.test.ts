import { expect } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { exemptionBy, type ProviderBench, providerContract } from '../../test/contract/provider.contract.ts';
import { connectToken, startOnePasswordServer } from '../../test/support/onepassword-server.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { onepassword } from './index.ts';

const never = new AbortController().signal;
const oneVersion = 'a Connect server gives the present version only';

async function refusesVersions(client: ProviderClient): Promise<void> {
  expect(await client.read([{ key: 'a', version: '1' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
}

/** What a search in 1Password is for: fields by their labels, of items by their tags' names or their titles. */
async function foundKeys(client: ProviderClient, query: Parameters<NonNullable<ProviderClient['find']>>[0]): Promise<readonly string[] | undefined> {
  return (await client.find?.(query, never))?.map(({ key }) => key);
}

providerContract(
  'onepassword',
  async (): Promise<ProviderBench> => {
    const server = await startOnePasswordServer();
    const closes = [server.close];
    const config = { connectHost: server.url, vaults: { chain: 1, common: 2 }, auth: { secretRef: { connectTokenSecretRef: { name: 'creds', key: 'token' } } } };
    return {
      connect: (condition) => {
        if (condition === 'down') server.behave('down');
        if (condition === 'hanging') server.behave('hanging');
        const { context, close } = serviceContext({ secrets: { creds: { token: condition === 'refused' ? 'wrong' : connectToken } } });
        closes.push(close);
        return createRegistry([erase(onepassword)]).configure({ onepassword: config }).connect(context, never);
      },
      // a text is the password of an item that has it under the item's own name too, for searches; other bytes are a document
      store: async (key, value, tags = {}) => {
        const text = Buffer.from(value).toString('utf8');
        if (Buffer.from(text).equals(Buffer.from(value))) server.put(key, { fields: [['password', text], [key, text]], tags: Object.keys(tags) });
        else server.put(key, { files: [['content', value]], category: 'DOCUMENT' });
        return undefined;
      },
      remove: async (key) => server.take(key),
      deny: async (key) => server.deny(key),
      impossibleKey: 'quoted "title" of nothing',
      close: async () => {
        for (const close of closes) await close();
      },
    };
  },
  [
    exemptionBy('follows a new current value, and finds the old one by its version', oneVersion, refusesVersions),
    exemptionBy('says absent for a version that is not there', oneVersion, refusesVersions),
    exemptionBy('returns the metadata of a value as a JSON object, and none of the value', 'items have none that upstream reads', async (client) => {
      expect(await client.read([{ key: 'a', metadata: true }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
    }),
    {
      clause: 'finds values that have all tags of a query',
      because: 'tags of 1Password have names only, so what a query gives them as values says nothing, as in External Secrets',
      instead: async (bench) => {
        await bench.store('both', Buffer.from('1'), { team: '', net: '' });
        await bench.store('one', Buffer.from('2'), { team: '' });
        await using client = await bench.connect();
        expect(await foundKeys(client, { tags: { team: 'chain', net: 'dev' } })).toEqual(['password', 'both']);
        expect(await foundKeys(client, { tags: { team: 'chain' }, name: { source: '^o', matches: (name) => name.startsWith('o') } })).toEqual(['one']);
      },
    },
    {
      clause: 'finds values below a path',
      because: 'a path is the title of an item, all of it, as in External Secrets',
      instead: async (bench) => {
        for (const key of ['below/a', 'below/b']) await bench.store(key, Buffer.from(key));
        await using client = await bench.connect();
        expect(await foundKeys(client, { path: 'below/a' })).toEqual(['password', 'below/a']);
        expect(await foundKeys(client, { path: 'below/' })).toEqual([]);
      },
    },
    {
      clause: "neither overwrites nor removes what is somebody else's",
      because: 'an item belongs to many: fields are pushed beside and over those that are there, as in External Secrets, unless a push says IfNotExists',
      instead: async (bench) => {
        await bench.store('theirs', Buffer.from('theirs'));
        await using client = await bench.connect();
        const write = { remoteKey: 'theirs', secretKey: 'k', value: SecretBytes.fromUtf8('mine'), source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map() }, updatePolicy: 'IfNotExists' } as const;
        expect(await client.write?.(write, never)).toEqual({ kind: 'unchanged' });
        expect(await client.remove?.({ remoteKey: 'theirs' }, never)).toEqual({ kind: 'removed' });
        expect(await foundKeys(client, { path: 'theirs' })).toEqual(['theirs']);
      },
    },
  ],
);
