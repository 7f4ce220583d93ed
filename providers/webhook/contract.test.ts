import { expect } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { renderForProvider } from '../../src/secret/template/render-for-provider.ts';
import { exemptionBy, type ProviderBench, providerContract, readsOnly } from '../../test/contract/provider.contract.ts';
import { noContext } from '../../test/support/generator-context.ts';
import { startKeyValueServer } from '../../test/support/key-value-server.ts';
import { createThreadRenderer } from '../../test/support/thread-renderer.ts';
import { webhook } from './index.ts';

const never = new AbortController().signal;
const renderer = createThreadRenderer();

async function open(): Promise<ProviderBench> {
  const server = await startKeyValueServer('good');
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  const config = {
    url: `${server.url}/kv/{{ or .remoteRef.key .remoteRef.remoteKey }}?version={{ .remoteRef.version }}`,
    headers: { Authorization: 'Bearer {{ .auth.token }}' },
    secrets: [{ name: 'auth', secretRef: { name: 'credentials' } }],
  };
  return {
    connect: (condition) => {
      server.behave(condition === 'down' || condition === 'hanging' ? condition : 'well');
      const token = SecretBytes.fromUtf8(condition === 'refused' ? 'bad' : 'good');
      return createRegistry([erase(webhook)])
        .configure({ webhook: config })
        .connect(
          {
            ...noContext,
            http: http.request,
            wholeSecret: () => Promise.resolve({ labels: { 'external-secrets.io/type': 'webhook' }, data: new Map([['token', token]]) }),
            renderTemplate: (template, data) => renderForProvider(renderer, { tenant: 'team', template, data }, never),
          },
          never,
        );
    },
    store: (key, value) => Promise.resolve(server.store(key, value)),
    remove: async (key) => server.remove(key),
    deny: async (key) => server.deny(key),
    impossibleKey: 'bang!',
    close: async () => {
      await http.close();
      await server.close();
    },
  };
}

async function refusesProperties(client: ProviderClient): Promise<void> {
  const value = SecretBytes.fromUtf8('v');
  const place = { remoteKey: 'object', property: 'a' };
  const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) };
  expect(await client.write?.({ ...place, value, source, updatePolicy: 'Replace' }, never)).toMatchObject({ kind: 'error', error: { kind: 'unsupported' } });
  expect(await client.remove?.(place, never)).toMatchObject({ kind: 'error', error: { kind: 'unsupported' } });
}

providerContract('webhook', open, [
  ...readsOnly.filter(({ because }) => because === 'it cannot search'),
  exemptionBy('returns the metadata of a value as a JSON object, and none of the value', 'a web server says no metadata', async (client) => {
    expect(await client.read([{ key: 'a', metadata: true }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
  }),
  exemptionBy('writes properties of one value beside each other', 'it is one request that writes, and templates say what of', refusesProperties),
  exemptionBy('removes one property and leaves the others; with the last one the value goes', 'it is one request that removes, and templates say what', refusesProperties),
  {
    clause: "neither overwrites nor removes what is somebody else's",
    because: 'a web server keeps no mark of whose a value is; a store for writing is given what it may write, as in External Secrets',
    instead: async (bench) => {
      await bench.store('theirs', Buffer.from('v'));
      await using client = await bench.connect();
      expect(await client.remove?.({ remoteKey: 'theirs' }, never)).toEqual({ kind: 'removed' });
    },
  },
]);
