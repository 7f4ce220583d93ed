import { expect } from 'vitest';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { exemptionBy, type ProviderBench, providerContract, readsOnly } from '../../test/contract/provider.contract.ts';
import { gitlabToken, startGitlabServer } from '../../test/support/gitlab-server.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { spelledClient, variableNames } from '../../test/support/spelled-client.ts';
import { gitlab } from './index.ts';

const never = new AbortController().signal;
const oneValue = 'GitLab keeps one value of a variable';

async function refusesVersions(client: ProviderClient): Promise<void> {
  expect(await client.read([{ key: 'a', version: '1' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
}

providerContract(
  'gitlab',
  async (): Promise<ProviderBench> => {
    const server = await startGitlabServer();
    const closes = [server.close];
    const config = { url: server.url, auth: { SecretRef: { accessToken: { name: 'creds', key: 'token' } } }, projectID: '7' };
    return {
      pageSize: 100,
      connect: async (condition) => {
        if (condition === 'down') server.behave('down');
        if (condition === 'hanging') server.behave('hanging');
        const { context, close } = serviceContext({ secrets: { creds: { token: condition === 'refused' ? 'glpat-wrong' : gitlabToken } } });
        closes.push(close);
        return spelledClient(await createRegistry([erase(gitlab)]).configure({ gitlab: config }).connect(context, never), variableNames);
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
    {
      clause: 'returns bytes as they were stored, NUL and what is no UTF-8 among them',
      because: 'GitLab keeps text, and answers in JSON',
      instead: async (bench) => {
        await bench.store('text', Buffer.from('\u0000ÿ\n'));
        await using client = await bench.connect();
        const [result] = await client.read([{ key: 'text' }], never);
        expect(result?.kind === 'value' && [...result.value.reveal()]).toEqual([0, 0xc3, 0xbf, 10]);
      },
    },
    exemptionBy('follows a new current value, and finds the old one by its version', oneValue, refusesVersions),
    exemptionBy('says absent for a version that is not there', oneValue, refusesVersions),
    exemptionBy('returns the metadata of a value as a JSON object, and none of the value', 'variables have none', async (client) => {
      expect(await client.read([{ key: 'a', metadata: true }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
    }),
    exemptionBy('finds values that have all tags of a query', 'variables have no tags', async (client) => {
      await expect(client.find?.({ tags: { team: 'chain' } }, never)).rejects.toMatchObject({ kind: 'unsupported' });
    }),
    exemptionBy('finds values below a path', 'names of variables have no paths', async (client) => {
      await expect(client.find?.({ path: 'below/' }, never)).rejects.toMatchObject({ kind: 'unsupported' });
    }),
    ...readsOnly.filter(({ because }) => because === 'it cannot be written to'),
  ],
);
