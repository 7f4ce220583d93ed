import { expect } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { exemptionBy, type ProviderBench, providerContract } from '../../test/contract/provider.contract.ts';
import { keepsText } from '../../test/contract/text-exemption.ts';
import { infisicalLogins, startInfisicalServer } from '../../test/support/infisical-server.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { infisical } from './index.ts';

const never = new AbortController().signal;

/** The folder and name that a key of the clauses means. */
function placed(key: string): readonly [name: string, folder: string] {
  const last = key.lastIndexOf('/');
  return [key.slice(last + 1), last < 0 ? '/' : `/${key.slice(0, last)}`];
}

providerContract(
  'infisical',
  async (): Promise<ProviderBench> => {
    const server = await startInfisicalServer();
    const closes = [server.close];
    const auth = { universalAuthCredentials: { clientId: { name: 'creds', key: 'id' }, clientSecret: { name: 'creds', key: 'secret' } } };
    const config = { hostAPI: `${server.url}/api`, auth, secretsScope: { projectSlug: 'chain', environmentSlug: 'dev', recursive: true } };
    const { clientId, clientSecret } = infisicalLogins['universal-auth'];
    return {
      connect: (condition) => {
        if (condition === 'down') server.behave('down');
        if (condition === 'hanging') server.behave('hanging');
        const { context, close } = serviceContext({ secrets: { creds: { id: clientId, secret: condition === 'refused' ? 'wrong' : clientSecret } } });
        closes.push(close);
        return createRegistry([erase(infisical)]).configure({ infisical: config }).connect(context, never);
      },
      store: async (key, value) => {
        const [name, folder] = placed(key);
        return server.set(name, Buffer.from(value).toString('utf8'), folder);
      },
      remove: async (key) => server.take(...placed(key)),
      deny: async (key) => server.hide(key, 'value'),
      impossibleKey: 'a/../b',
      close: async () => {
        for (const close of closes) await close();
      },
    };
  },
  [
    keepsText('Infisical'),
    {
      clause: 'says absent for a version that is not there',
      because: 'versions of Infisical are numbers: what is none is a mistake, and says nothing of any version',
      instead: async (bench) => {
        await bench.store('versioned', Buffer.from('v'));
        await using client = await bench.connect();
        const results = await client.read([{ key: 'versioned', version: 'no-such-stage' }, { key: 'versioned', version: '7' }], never);
        expect(results).toMatchObject([{ kind: 'error', error: { kind: 'invalid' } }, { kind: 'absent' }]);
      },
    },
    exemptionBy('returns the metadata of a value as a JSON object, and none of the value', 'upstream reads none of Infisical', async (client) => {
      expect(await client.read([{ key: 'a', metadata: true }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
    }),
    exemptionBy('finds values that have all tags of a query', 'upstream does not search Infisical by tags', async (client) => {
      await expect(client.find?.({ tags: { team: 'chain' } }, never)).rejects.toMatchObject({ kind: 'unsupported' });
    }),
    {
      clause: 'finds values below a path',
      because: 'what is found goes by its name alone, and a path begins with /, as in External Secrets',
      instead: async (bench) => {
        for (const key of ['below/a', 'below/b', 'above/c']) await bench.store(key, Buffer.from(key));
        await using client = await bench.connect();
        expect((await client.find?.({ path: '/below' }, never))?.map(({ key }) => key)).toEqual(['a', 'b']);
        expect((await client.find?.({ path: '/below', name: { source: 'b$', matches: (name) => name.endsWith('b') } }, never))?.map(({ key }) => key)).toEqual(['b']);
      },
    },
    {
      clause: "neither overwrites nor removes what is somebody else's",
      because: 'Infisical keeps no mark of who wrote a secret: as in External Secrets, a push replaces what is there, unless it says IfNotExists',
      instead: async (bench) => {
        await bench.store('theirs', Buffer.from('theirs'));
        await using client = await bench.connect();
        const write = { remoteKey: 'theirs', secretKey: 'k', value: SecretBytes.fromUtf8('mine'), source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map() }, updatePolicy: 'IfNotExists' } as const;
        expect(await client.write?.(write, never)).toEqual({ kind: 'unchanged' });
        expect(await client.remove?.({ remoteKey: 'theirs' }, never)).toEqual({ kind: 'removed' });
      },
    },
  ],
);
