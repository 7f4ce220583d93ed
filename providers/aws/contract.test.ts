import { expect } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, RemoteWrite } from '../../src/provider/contract.ts';
import type { Exemption, ProviderBench } from '../../test/contract/provider.contract.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import { connectAws } from '../../test/support/aws-store.ts';
import type { CountingAws } from '../../test/support/counting-aws.ts';
import { startCountingAws } from '../../test/support/counting-aws.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';

const never = new AbortController().signal;

// the same clauses hold against AWS as other people understand it: test/conformance/provider-aws.test.ts

/** What both services have of a bench. */
function benchOf(server: CountingAws, service: string): Pick<ProviderBench, 'connect' | 'deny' | 'impossibleKey' | 'close'> {
  const clock = createFakeClock();
  return {
    connect: (condition) => {
      if (condition === 'hanging') server.behave('hang');
      const endpoint = condition === 'down' ? 'http://127.0.0.1:1' : server.url;
      return connectAws({ endpoint, clock, accessKeyId: condition === 'refused' ? 'AKIDSTRANGER' : server.accessKeyId, fields: { service } });
    },
    deny: (key) => Promise.resolve(server.deny(key)),
    impossibleKey: 'x'.repeat(3000),
    close: server.close,
  };
}

async function write(client: ProviderClient, remoteKey: string, value: string | Uint8Array): Promise<unknown> {
  const bytes = typeof value === 'string' ? SecretBytes.fromUtf8(value) : new SecretBytes(value);
  const one: RemoteWrite = { remoteKey, secretKey: 'k', value: bytes, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', bytes]]) }, updatePolicy: 'Replace' };
  return client.write?.(one, never);
}

const noEmptyValue = (service: string): Exemption => ({
  clause: 'writes a value that is read back, and an empty one',
  because: `AWS ${service} keeps no empty value`,
  instead: async (bench) => {
    await using client = await bench.connect();
    expect(await write(client, 'written', 'line\nß')).toEqual({ kind: 'written' });
    expect((await client.read([{ key: 'written' }], never))[0]).toMatchObject({ kind: 'value', value: SecretBytes.fromUtf8('line\nß') });
    expect(await write(client, 'hollow', '')).toMatchObject({ kind: 'error', error: { kind: 'invalid', message: `the value is empty; AWS ${service} keeps no empty value` } });
  },
});

providerContract('aws, with Secrets Manager,', async () => {
  const server = await startCountingAws({ region: 'eu-central-1' });
  return {
    ...benchOf(server, 'SecretsManager'),
    pageSize: 100,
    store: (key, value, tags) => Promise.resolve(`uuid/${server.set(key, textIn(value) ?? value, tags)}`),
    remove: (key) => Promise.resolve(server.remove(key)),
  };
}, [noEmptyValue('Secrets Manager')]);

providerContract('aws, with Parameter Store,', async () => {
  const server = await startCountingAws({ region: 'eu-central-1' });
  return {
    ...benchOf(server, 'ParameterStore'),
    pageSize: 10,
    store: (key, value, tags) => Promise.resolve(String(server.parameters.set(key, new TextDecoder('utf-8', { fatal: true }).decode(value), tags))),
    remove: (key) => Promise.resolve(server.parameters.remove(key)),
  };
}, [
  noEmptyValue('Parameter Store'),
  {
    clause: 'says absent for a version that is not there',
    because: 'a label is on no version for a moment while it moves, which must delete nothing; External Secrets takes it for an error, too',
    instead: async (bench) => {
      await bench.store('versioned', Buffer.from('v'));
      await bench.store('other', Buffer.from('v'));
      await using client = await bench.connect();
      const refused = { kind: 'error', error: { kind: 'invalid', message: expect.stringContaining('the parameter has no such version or label') } };
      const missing = { key: 'versioned', version: 'no-such-stage' };
      expect(await client.read([missing], never)).toMatchObject([refused]);
      // a call for several says of it no more than of a parameter that does not exist
      expect(await client.read([missing, { key: 'other' }, { key: 'nowhere', version: '1' }], never)).toMatchObject([refused, { kind: 'value' }, { kind: 'absent' }]);
    },
  },
  {
    clause: 'returns bytes as they were stored, NUL and what is no UTF-8 among them',
    because: 'a parameter is text; what is none is not pushed either',
    instead: async (bench) => {
      await using client = await bench.connect();
      expect(await write(client, 'binary', Uint8Array.of(0, 0xff, 10, 0xc3))).toMatchObject({ kind: 'error', error: { kind: 'invalid', message: 'the value is not UTF-8 text, which is all that AWS Parameter Store keeps; push it in base64' } });
    },
  },
  {
    clause: 'finds values below a path',
    because: 'a path of AWS begins with a slash',
    instead: async (bench) => {
      for (const key of ['/below/a', '/below/more/b', '/above/c', '/belowed']) await bench.store(key, Buffer.from(key));
      await using client = await bench.connect();
      const keysBelow = async (path: string): Promise<readonly string[] | undefined> => (await client.find?.({ path }, never))?.map(({ key }) => key);
      expect([await keysBelow('/below'), await keysBelow('/below/'), await keysBelow('/')]).toEqual([['/below/a', '/below/more/b'], ['/below/a', '/below/more/b'], ['/above/c', '/below/a', '/below/more/b', '/belowed']]);
      await expect(client.find?.({ path: 'below/' }, never)).rejects.toMatchObject({ kind: 'invalid' });
    },
  },
]);

/** What AWS keeps as SecretString, where bytes are text. */
function textIn(value: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(value);
  return Buffer.from(text).equals(value) ? text : undefined;
}
