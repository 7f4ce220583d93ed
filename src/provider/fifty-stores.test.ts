import { describe, expect, it } from 'vitest';
import { openReaderBench, openStore, refs, storeWithToken, textOf } from '../../test/support/reader-bench.ts';
import { hang, valueOf } from '../../test/support/scripted-provider.ts';
import { ProviderError } from './provider-error.ts';
import type { StoreHandle } from './store-reader.ts';

const never = new AbortController().signal;
const testnets = Array.from({ length: 50 }, (_, index) => `testnet-${index}`);

describe('fifty stores, one for each testnet, with equal credentials', () => {
  it('count as one identity: what all of them want is read in one call', async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    for (const namespace of testnets) secrets.set(`${namespace}/creds`, 'the same');
    const reads = testnets.map((namespace) => reader.read(storeWithToken(namespace), refs(0, 20), never));
    await clock.advance(20);
    await Promise.all(reads);

    expect(script.connects).toHaveLength(1);
    expect(script.calls).toHaveLength(1);
  });

  it('share what was read though they ask one after the other, if they were due together', async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    for (const namespace of testnets) secrets.set(`${namespace}/creds`, 'the same');
    for (const namespace of testnets) {
      const read = reader.read(storeWithToken(namespace), refs(0, 5), never, { since: 0 });
      await clock.advance(20);
      await read;
    }

    expect(script.calls).toHaveLength(1);
  });

  it.each([['namespace'], ['store']] as const)('are fifty where the provider is told the %s that asks', async (input) => {
    const { script, clock, secrets, reader } = openReaderBench();
    script.consumerInputs = [input];
    for (const namespace of testnets) secrets.set(`${namespace}/creds`, 'the same');
    const reads = testnets.map((namespace) => reader.read(storeWithToken(namespace), refs(0, 20), never, { since: 0 }));
    await clock.advance(20);
    await Promise.all(reads);

    expect(script.calls).toHaveLength(50);
    const told = script.connects.map(({ store }) => (input === 'namespace' ? store?.namespace : store?.name));
    expect(new Set(told)).toEqual(new Set(testnets.map((namespace) => (input === 'namespace' ? namespace : `SecretStore ${namespace}/main`))));
    expect(script.connects.every(({ store }) => (input === 'namespace' ? store?.name : store?.namespace) === undefined)).toBe(true);
  });

  it('never are given what another identity was answered', async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    secrets.set('a/creds', 'one');
    secrets.set('b/creds', 'two');
    const answers: string[] = [];
    script.answer = async (asked) => asked.map(() => valueOf(`asked as ${script.calls.at(-1)?.token}`));
    for (const namespace of ['a', 'b', 'a']) {
      const read = reader.read(storeWithToken(namespace), refs(0, 1), never, { since: 0 });
      await clock.advance(20);
      answers.push(...(await read).map(textOf));
    }

    expect(answers).toEqual(['asked as one', 'asked as two', 'asked as one']);
  });
});

describe('one identity', () => {
  it('never waits for another that hangs, is throttled, or has its calls counted', async () => {
    const { script, clock, secrets, reader } = openReaderBench({ batchSize: 1 });
    secrets.set('slow/creds', 'slow');
    secrets.set('limited/creds', 'limited');
    secrets.set('free/creds', 'free');
    script.answer = async (asked, signal) => {
      const { token } = script.calls.at(-1) ?? {};
      if (token === 'slow') return hang(signal);
      if (token === 'limited') throw new ProviderError('throttled', 'slow down', { retryAfter: 30_000 });
      return asked.map(({ key }) => valueOf(key));
    };
    void reader.read(storeWithToken('slow'), refs(0, 200), never);
    void reader.read(storeWithToken('limited'), refs(0, 200), never);
    await clock.advance(100);
    const read = reader.read(storeWithToken('free'), refs(0, 200), never);
    await clock.advance(20);

    expect((await read).map(textOf)).toEqual(refs(0, 200).map(({ key }) => key));
  });

  it('never waits for another that is connecting', async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    secrets.set('a/creds', 'one');
    script.connect = async (signal) => {
      if (script.connects.length === 1) await hang(signal);
    };
    void reader.read(openStore, refs(0, 1), never);
    await clock.advance(20);
    const read = reader.read(storeWithToken('a'), refs(0, 1), never);
    await clock.advance(20);

    expect((await read).map(textOf)).toEqual(['key-0']);
  });
});

describe('a store that names no credentials', () => {
  const clusterStore: StoreHandle = { ...openStore, label: 'ClusterSecretStore main', scope: 'cluster' };

  it('may not ask as Prelude itself where it is namespaced, whatever it asks', async () => {
    const { script, reader } = openReaderBench();
    script.usesOwnIdentity = true;
    const [result] = await reader.read(openStore, refs(0, 1), never);

    expect(textOf(result)).toContain('denied: SecretStore a/main names no credentials, so scripted would be asked as Prelude itself');
    expect(await reader.find(openStore, {}, never)).toMatchObject({ kind: 'error', error: { kind: 'denied' } });
    expect(await reader.remove(openStore, [{ remoteKey: 'k' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'denied' } }]);
    await expect(reader.validate(openStore, never)).rejects.toThrow('names no credentials');
    expect(script.connects).toEqual([]);
  });

  it('may where it is a cluster store, where Prelude was told to allow it, or where it does name some', async () => {
    for (const [store, allowOwnIdentity] of [[clusterStore, false], [openStore, true], [storeWithToken('a'), false]] as const) {
      const { script, clock, secrets, reader } = openReaderBench({ allowOwnIdentity });
      script.usesOwnIdentity = true;
      secrets.set('a/creds', 'one');
      const read = reader.read(store, refs(0, 1), never);
      await clock.advance(20);

      expect((await read).map(textOf)).toEqual(['key-0']);
    }
  });
});
