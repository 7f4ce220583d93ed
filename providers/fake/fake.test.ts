import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, RemoteWrite } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { exemptionBy, providerContract } from '../../test/contract/provider.contract.ts';
import type { ProviderBench } from '../../test/contract/provider.contract.ts';
import { noContext } from '../../test/support/generator-context.ts';
import { createFake, fake } from './index.ts';

const never = new AbortController().signal;

function connect(config: unknown, { provider = createFake(), name = 'SecretStore a/fake' } = {}): Promise<ProviderClient> {
  const context = { ...noContext, store: { scope: 'namespaced', name } as const };
  return createRegistry([erase(provider)])
    .configure({ fake: config })
    .connect(context, never);
}

/** Every value lies in the configuration, so a change of a value is a new configuration, and a new client of the same store. */
function openBench(): Promise<ProviderBench> {
  const data: { key: string; value: string; version?: string }[] = [];
  const provider = createFake();
  const current = (): Promise<ProviderClient> => connect({ data }, { provider });
  return Promise.resolve({
    connect: async () => ({
      ...(await current()),
      read: async (refs, signal) => (await current()).read(refs, signal),
      find: async (query, signal) => (await (await current()).find?.(query, signal)) ?? [],
      write: async (write, signal) => (await (await current()).write?.(write, signal)) ?? { kind: 'unchanged' },
      remove: async (place, signal) => (await (await current()).remove?.(place, signal)) ?? { kind: 'absent' },
    }),
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

const noCredentials = { because: 'it has no credentials', instead: reads };
const noService = { because: 'it asks no service that could be down', instead: reads };

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
  { clause: 'says denied, and never absent, where its credentials are refused', ...noCredentials },
  { clause: 'never takes refused credentials for nothing found', ...noCredentials },
  { clause: 'says denied where refused credentials write or remove', ...noCredentials },
  { clause: 'says unavailable, and never absent, in an outage', ...noService },
  { clause: 'never takes an outage for nothing found', ...noService },
  { clause: 'says unavailable where it writes or removes in an outage', ...noService },
  {
    clause: 'ends at once when its signal aborts, with the reason',
    because: 'it never waits; a signal that is aborted already is heeded',
    instead: async () => {
      const client = await connect({ data: [] });
      await expect(client.read([{ key: 'a' }], AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    },
  },
  exemptionBy('finds values that have all tags of a query', 'its values have no tags', async (client) => {
    await expect(client.find?.({ tags: { team: 'chain' } }, never)).rejects.toMatchObject({ kind: 'unsupported', message: 'find.tags: the values of a fake store have no tags' });
  }),
  exemptionBy('returns the metadata of a value as a JSON object, and none of the value', 'its values have no metadata', async (client) => {
    expect(await client.read([{ key: 'a', metadata: true }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
  }),
]);

function push(remoteKey: string, text: string): RemoteWrite {
  const value = SecretBytes.fromUtf8(text);
  return { remoteKey, secretKey: 'k', value, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) }, updatePolicy: 'Replace' };
}

function textOf(result: Awaited<ReturnType<ProviderClient['read']>>[number] | undefined): string | undefined {
  return result?.kind === 'value' ? Buffer.from(result.value.reveal()).toString() : result?.kind;
}

describe('the fake provider', () => {
  it('keeps the values of each store to itself', async () => {
    const [one, other] = await Promise.all([connect({ data: [{ key: 'a', value: '1' }] }), connect({ data: [{ key: 'b', value: '2' }] })]);

    expect((await one.read([{ key: 'b' }], never))[0]?.kind).toBe('absent');
    expect((await other.read([{ key: 'a' }], never))[0]?.kind).toBe('absent');
  });

  it('keeps what is pushed to one store from another of the same configuration and name in another namespace', async () => {
    const provider = createFake();
    const [one, other] = await Promise.all(['SecretStore a/fake', 'SecretStore b/fake'].map((name) => connect({ data: [] }, { provider, name })));
    await one?.write?.(push('pushed', 'v'), never);

    expect(textOf((await one?.read([{ key: 'pushed' }], never))?.[0])).toBe('v');
    expect(textOf((await other?.read([{ key: 'pushed' }], never))?.[0])).toBe('absent');
  });

  it('keeps what is pushed when its configuration changes', async () => {
    const provider = createFake();
    const before = await connect({ data: [] }, { provider });
    await before.write?.(push('pushed', 'v'), never);
    const after = await connect({ data: [{ key: 'other', value: 'x' }] }, { provider });

    expect(textOf((await after.read([{ key: 'pushed' }], never))[0])).toBe('v');
  });

  it('keeps no more for one store than fits the memory of a controller', async () => {
    const client = await connect({ data: [] });
    const large = 'x'.repeat(1024 * 1024);
    const results = [];
    for (let index = 0; index < 9; index += 1) results.push((await client.write?.(push(`k${index}`, large), never))?.kind);

    expect(results).toEqual([...Array.from({ length: 7 }, () => 'written'), 'error', 'error']);
    expect((await client.remove?.({ remoteKey: 'k0' }, never))?.kind).toBe('removed');
    expect((await client.write?.(push('k8', large), never))?.kind).toBe('written');
  });

  it('does not mistake a key and a version for another key', async () => {
    const client = await connect({ data: [{ key: 'a1', value: 'x' }, { key: 'a', version: '1', value: 'y' }] });
    const results = await client.read([{ key: 'a1' }, { key: 'a', version: '1' }, { key: 'a' }], never);

    expect(results.map(textOf)).toEqual(['x', 'y', 'absent']);
  });

  it('finds the greatest version of each key', async () => {
    const client = await connect({ data: [{ key: 'a', version: 'v2', value: '2' }, { key: 'a', version: 'v1', value: '1' }, { key: 'a', value: '0' }] });

    expect((await client.find?.({ path: '' }, never))?.map(({ key, version }) => [key, version])).toEqual([['a', 'v2']]);
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
    expect(() => connect({ data: [{ key: 'a', value: 'b', valueMap: {} }] }, { provider: fake })).toThrow('spec.provider.fake.data[0].valueMap: unknown field');
  });
});
