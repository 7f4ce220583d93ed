import { describe, expect, it } from 'vitest';
import { providerContract } from '../../test/contract/provider.contract.ts';
import type { ProviderBench } from '../../test/contract/provider.contract.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { fake } from './index.ts';

const never = new AbortController().signal;

function connect(config: unknown) {
  const context = { secret: () => Promise.reject(new Error('the fake has no credentials')), environment: new Map<string, string>(), clock: createFakeClock() };
  return createRegistry([erase(fake)])
    .configure({ fake: config })
    .connect(context, never);
}

/** Every value lies in the configuration, so a change of a value is a new configuration, and a new client. */
function openBench(): Promise<ProviderBench> {
  const data: { key: string; value: string; version?: string }[] = [];
  return Promise.resolve({
    connect: async () => {
      const first = await connect({ data });
      return { ...first, read: async (refs, signal) => (await connect({ data })).read(refs, signal) };
    },
    store: (key, value) => {
      const version = `v${data.length}`;
      const text = new TextDecoder('utf-8', { fatal: true }).decode(value);
      data.push({ key, value: text }, { key, value: text, version });
      return Promise.resolve(version);
    },
    remove: (key) => {
      data.splice(0, data.length, ...data.filter((entry) => entry.key !== key));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
}

const reads = async (): Promise<void> => {
  const client = await connect({ data: [{ key: 'a', value: 'v' }] });
  expect((await client.read([{ key: 'a' }], never))[0]?.kind).toBe('value');
};

providerContract('fake', openBench, [
  {
    clause: 'returns bytes as they were stored, NUL and what is no UTF-8 among them',
    because: 'a value is text in YAML; bytes are written as base64, with decodingStrategy',
    instead: async () => {
      expect(() => connect({ data: [{ key: 'a', value: Uint8Array.of(0) }] })).toThrow('spec.provider.fake.data[0].value: must be string');
      await reads();
    },
  },
  { clause: 'fails a denied key as denied, and no other', because: 'it has no access control: everything can be read', instead: reads },
  { clause: 'lets an impossible key fail alone', because: 'any text is a key', instead: reads },
  { clause: 'says denied, and never absent, where its credentials are refused', because: 'it has no credentials', instead: reads },
  { clause: 'says unavailable, and never absent, in an outage', because: 'it asks no service that could be down', instead: reads },
  {
    clause: 'ends at once when its signal aborts, with the reason',
    because: 'it never waits; a signal that is aborted already is heeded',
    instead: async () => {
      const client = await connect({ data: [] });
      await expect(client.read([{ key: 'a' }], AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    },
  },
]);

describe('the fake provider', () => {
  it('keeps the values of each store to itself', async () => {
    const [one, other] = await Promise.all([connect({ data: [{ key: 'a', value: '1' }] }), connect({ data: [{ key: 'b', value: '2' }] })]);

    expect((await one.read([{ key: 'b' }], never))[0]?.kind).toBe('absent');
    expect((await other.read([{ key: 'a' }], never))[0]?.kind).toBe('absent');
  });

  it('does not mistake a key and a version for another key', async () => {
    const client = await connect({ data: [{ key: 'a1', value: 'x' }, { key: 'a', version: '1', value: 'y' }] });
    const results = await client.read([{ key: 'a1' }, { key: 'a', version: '1' }, { key: 'a' }], never);

    expect(results.map((result) => (result.kind === 'value' ? Buffer.from(result.value.reveal()).toString() : result.kind))).toEqual(['x', 'y', 'absent']);
  });

  it.each([
    [0, 'valid'],
    [1, 'unknown'],
    [undefined, 'valid'],
  ])('validates with validationResult %s as %s', async (validationResult, expected) => {
    const client = await connect({ data: [], ...(validationResult === undefined ? {} : { validationResult }) });

    expect(await client.validate?.(never)).toBe(expected);
  });

  it('fails validation with validationResult 2, and refuses other numbers', async () => {
    const client = await connect({ data: [], validationResult: 2 });

    await expect(client.validate?.(never)).rejects.toThrow('validationResult is 2');
    expect(() => connect({ data: [], validationResult: 3 })).toThrow('spec.provider.fake.validationResult: must be 0 (ready), 1 (unknown) or 2 (error)');
  });

  it('refuses fields that it does not know, by their path', () => {
    expect(() => connect({ data: [{ key: 'a', value: 'b', valueMap: {} }] })).toThrow('spec.provider.fake.data[0].valueMap: unknown field');
  });
});
