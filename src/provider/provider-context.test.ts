import { describe, expect, it } from 'vitest';
import type { FakeSecrets, ReaderBench } from '../../test/support/reader-bench.ts';
import { openReaderBench, refs, textOf } from '../../test/support/reader-bench.ts';
import type { ProviderContext } from './contract.ts';
import type { StoreHandle } from './store-reader.ts';

const never = new AbortController().signal;

function store(config: object, more: Partial<StoreHandle> = {}): StoreHandle {
  return { label: 'SecretStore a/main', scope: 'namespaced', namespace: 'a', provider: { scripted: config }, ...more };
}

/** Fills the namespaces a and b alike. */
function fill(secrets: FakeSecrets): void {
  for (const namespace of ['a', 'b']) {
    secrets.set(`${namespace}/creds`, `secret of ${namespace}`);
    secrets.setConfigMap(`${namespace}/ca`, `certificate of ${namespace}`);
    secrets.setServiceAccount(`${namespace}/vault`, { role: `role of ${namespace}` });
  }
}

async function read({ reader, clock }: ReaderBench, handle: StoreHandle): Promise<string> {
  const done = reader.read(handle, refs(0, 1), never);
  await clock.advance(20);
  return textOf((await done)[0]);
}

async function contextOf(bench: ReaderBench, handle: StoreHandle): Promise<ProviderContext> {
  fill(bench.secrets);
  expect(await read(bench, handle)).toBe('key-0');
  const context = bench.script.connects.at(-1);
  if (context === undefined) throw new Error('nothing was connected');
  return context;
}

const everything = {
  token: { name: 'creds', key: 'token' },
  whole: { name: 'creds' },
  ca: { name: 'ca', key: 'token' },
  serviceAccount: { name: 'vault', audiences: ['extra'] },
};

describe('what a provider is handed', () => {
  it('is all that its configuration names', async () => {
    const bench = openReaderBench();
    const context = await contextOf(bench, store(everything));
    const whole = await context.wholeSecret({ name: 'creds' });

    expect(Buffer.from((await context.secret({ name: 'creds', key: 'token' })).reveal()).toString()).toBe('secret of a');
    expect(whole.labels).toEqual({ of: 'creds' });
    expect([...whole.data.keys()]).toEqual(['token']);
    expect(await context.configMap({ name: 'ca', key: 'token' })).toBe('certificate of a');
    expect(await context.serviceAccountAnnotations({ name: 'vault' })).toEqual({ role: 'role of a' });
    expect(Buffer.from((await context.renderTemplate('{{ x }}', new Map())).reveal()).toString()).toBe('a renders {{ x }}');
    expect(context.store).toEqual({ scope: 'namespaced' });
  });

  it('is a fresh token each time, for its own audiences and those of the selector', async () => {
    const bench = openReaderBench();
    const context = await contextOf(bench, store(everything));
    const ask = () => context.serviceAccountToken(everything.serviceAccount, { audiences: ['vault', 'extra'], expirationSeconds: 600 });

    expect((await ask()).equals(await ask())).toBe(false);
    expect(bench.secrets.tokens).toEqual(Array.from({ length: 2 }, () => ({ namespace: 'a', name: 'vault', audiences: ['vault', 'extra'], expirationSeconds: 600 })));
  });

  it('is nothing that its configuration does not name', async () => {
    const bench = openReaderBench();
    bench.secrets.setServiceAccount('a/other', {});
    const context = await contextOf(bench, store({}));

    await expect(context.secret({ name: 'creds', key: 'token' })).rejects.toThrow('SecretStore a/main does not name Secret "creds" among its credentials');
    await expect(context.wholeSecret({ name: 'creds' })).rejects.toThrow('does not name Secret "creds"');
    await expect(context.configMap({ name: 'ca', key: 'token' })).rejects.toThrow('does not name ConfigMap "ca"');
    await expect(context.serviceAccountAnnotations({ name: 'other' })).rejects.toThrow('does not name ServiceAccount "other"');
    await expect(context.serviceAccountToken({ name: 'other' }, { audiences: [], expirationSeconds: 600 })).rejects.toThrow('does not name ServiceAccount "other"');
    expect(bench.secrets.tokens).toEqual([]);
  });

  it.each([
    ['token', { name: 'creds', key: 'token' }, 'Secret "creds" of namespace "b"; a SecretStore may use Secrets of its own namespace only'],
    ['whole', { name: 'creds' }, 'Secret "creds" of namespace "b"; a SecretStore may use Secrets of its own namespace only'],
    ['ca', { name: 'ca', key: 'token' }, 'ConfigMap "ca" of namespace "b"; a SecretStore may use ConfigMaps of its own namespace only'],
    ['serviceAccount', { name: 'vault' }, 'ServiceAccount "vault" of namespace "b"; a SecretStore may use ServiceAccounts of its own namespace only'],
  ])("is nothing of another namespace's for a namespaced store (%s)", async (field, selector, message) => {
    const bench = openReaderBench();
    fill(bench.secrets);

    expect(await read(bench, store({ [field]: { ...selector, namespace: 'b' } }))).toBe(`invalid: SecretStore a/main names ${message}`);
    expect([bench.secrets.reads, bench.secrets.tokens, bench.script.connects]).toEqual([[], [], []]);
  });

  it("is the consumer's where a cluster store leaves the namespace out, and the named one where it does not", async () => {
    const bench = openReaderBench();
    const context = await contextOf(bench, store({ ca: { name: 'ca', key: 'token' }, serviceAccount: { name: 'vault', namespace: 'a' } }, { scope: 'cluster', namespace: 'b' }));

    expect(await context.configMap({ name: 'ca', key: 'token' })).toBe('certificate of b');
    expect(await context.serviceAccountAnnotations({ name: 'vault', namespace: 'a' })).toEqual({ role: 'role of a' });
    expect(context.store).toEqual({ scope: 'cluster' });
  });
});

describe('an identity', () => {
  it.each([
    ['a ConfigMap', { ca: { name: 'ca', key: 'token' } }, (secrets: FakeSecrets) => secrets.setConfigMap('a/ca', 'another')],
    ['a whole Secret', { whole: { name: 'creds' } }, (secrets: FakeSecrets) => secrets.set('a/creds', 'another')],
  ])('is another when %s that the store names has changed', async (_, config, change) => {
    const bench = openReaderBench();
    fill(bench.secrets);
    await read(bench, store(config));
    await read(bench, store(config));
    expect([bench.script.connects.length, bench.secrets.reads.length]).toEqual([1, 1]);
    change(bench.secrets);
    await read(bench, store(config));

    expect(bench.script.connects).toHaveLength(2);
  });

  it('is another within a minute of a change to the annotations of its service account, which is looked at no more often', async () => {
    const bench = openReaderBench();
    fill(bench.secrets);
    const handle = store({ serviceAccount: { name: 'vault' } });
    for (let round = 0; round < 5; round += 1) await read(bench, handle);
    expect([bench.script.connects.length, bench.secrets.reads.length]).toEqual([1, 1]);
    bench.secrets.setServiceAccount('a/vault', { role: 'another' });
    await bench.clock.advance(60_000);
    await read(bench, handle);

    expect(bench.script.connects).toHaveLength(2);
  });

  it('is never one for service accounts of the same name in two namespaces', async () => {
    const bench = openReaderBench();
    for (const namespace of ['a', 'b']) bench.secrets.setServiceAccount(`${namespace}/vault`, {});
    for (const namespace of ['a', 'b']) await read(bench, store({ serviceAccount: { name: 'vault' } }, { namespace }));

    expect(bench.script.connects).toHaveLength(2);
  });

  it('is never one for a cluster store and a namespaced one: the one may do what the other may not', async () => {
    const bench = openReaderBench();
    for (const scope of ['namespaced', 'cluster'] as const) await read(bench, store({}, { scope }));

    expect(bench.script.connects.map((context) => context.store)).toEqual([{ scope: 'namespaced' }, { scope: 'cluster' }]);
  });
});
