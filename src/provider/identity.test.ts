import { describe, expect, it } from 'vitest';
import { openReaderBench, openStore, refs, storeWithToken, textOf } from '../../test/support/reader-bench.ts';
import { hang, valueOf } from '../../test/support/scripted-provider.ts';
import type { StoreHandle } from './store-reader.ts';

const never = new AbortController().signal;

describe('identities', () => {
  it('shares one client among stores that ask as the same, and none among others', async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    secrets.set('a/creds', 'one');
    secrets.set('b/creds', 'one');
    secrets.set('c/creds', 'two');

    const reads = ['a', 'b', 'c'].map((namespace) => reader.read(storeWithToken(namespace), refs(0, 1), never));
    await clock.advance(20);
    await Promise.all(reads);

    expect(script.calls).toEqual([
      { keys: ['key-0'], token: 'one' },
      { keys: ['key-0'], token: 'two' },
    ]);
  });

  it('keeps configurations apart that differ in anything', async () => {
    const { script, clock, reader } = openReaderBench();

    const reads = ['x', 'y'].map((account) => reader.read({ ...openStore, provider: { scripted: { account } } }, refs(0, 1), never));
    await clock.advance(20);
    await Promise.all(reads);

    expect(script.connects).toHaveLength(2);
  });

  it("keeps a cluster store's consumers apart where its credentials are theirs, even where those are equal", async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    const referent = (namespace: string): StoreHandle => ({ ...storeWithToken(namespace), label: 'ClusterSecretStore main', scope: 'cluster' });
    secrets.set('a/creds', 'one');
    secrets.set('b/creds', 'one');

    const reads = ['a', 'b', 'a'].map((namespace) => reader.read(referent(namespace), refs(0, 1), never));
    await clock.advance(20);
    await Promise.all(reads);

    expect(secrets.reads).toEqual(['a/creds/token', 'b/creds/token']);
    expect(script.calls).toHaveLength(2);
  });

  it('reads a credential once as long as its Secret stays the same, and connects anew when it changes', async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    secrets.set('a/creds', 'one');
    const read = async (): Promise<void> => {
      const done = reader.read(storeWithToken('a'), refs(0, 1), never);
      await clock.advance(20);
      await done;
    };

    await read();
    await read();
    expect(secrets.reads).toHaveLength(1);
    secrets.set('a/creds', 'two');
    await read();
    await clock.settle();

    expect(secrets.reads).toHaveLength(2);
    expect(script.calls.map(({ token }) => token)).toEqual(['one', 'one', 'two']);
    expect(script.disposed()).toBe(1);
  });

  it('does not connect anew for a Secret that was written without a change to the credential', async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    for (let round = 0; round < 2; round += 1) {
      secrets.set('a/creds', 'one');
      const done = reader.read(storeWithToken('a'), refs(0, 1), never);
      await clock.advance(20);
      await done;
    }

    expect(secrets.reads).toHaveLength(2);
    expect(script.connects).toHaveLength(1);
  });

  it('reads credentials each time where nobody knows whether they changed', async () => {
    const { script, clock, secrets, reader } = openReaderBench({ credentials: { version: () => undefined } });
    for (const token of ['one', 'two']) {
      secrets.set('a/creds', token);
      const done = reader.read(storeWithToken('a'), refs(0, 1), never);
      await clock.advance(20);
      await done;
    }

    expect(script.calls.map(({ token }) => token)).toEqual(['one', 'two']);
  });

  it('disposes a client that nobody has used for a while, and lets it be while it is used', async () => {
    const { script, clock, secrets, reader } = openReaderBench({ limits: { idle: 1000, deadline: 5000 } });
    secrets.set('a/creds', 'one');
    const gate = Promise.withResolvers<void>();
    script.answer = async (asked) => {
      await gate.promise;
      return asked.map(({ key }) => valueOf(key));
    };

    const slow = reader.read(storeWithToken('a'), refs(0, 1), never);
    await clock.advance(2000);
    expect(script.disposed()).toBe(0);
    gate.resolve();
    await slow;
    await clock.advance(1000);
    expect(script.disposed()).toBe(1);
    const again = reader.read(storeWithToken('a'), refs(0, 1), never);
    await clock.advance(20);
    await again;

    expect(script.connects).toHaveLength(2);
    // the value itself was not kept for reconnecting
    expect(secrets.reads).toHaveLength(2);
  });

  it('starts to count the idle time of a client anew with each use', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { idle: 1000 } });
    const readAfter = async (ms: number): Promise<void> => {
      await clock.advance(ms);
      const read = reader.read(openStore, refs(0, 1), never);
      await clock.advance(20);
      await read;
    };

    await readAfter(0);
    const slow = Promise.withResolvers<void>();
    script.answer = async (asked) => {
      await slow.promise;
      return asked.map(({ key }) => valueOf(key));
    };
    await clock.advance(900);
    const underway = reader.read(openStore, refs(0, 1), never);
    await clock.advance(500);
    slow.resolve();
    await underway;
    await readAfter(900);

    expect(script.connects).toHaveLength(1);
  });

  it('lets a read end with the credentials it began with, and disposes their client then', async () => {
    const { script, clock, secrets, reader } = openReaderBench();
    secrets.set('a/creds', 'one');
    const gate = Promise.withResolvers<void>();
    script.answer = async (asked) => {
      await gate.promise;
      return asked.map(({ key }) => valueOf(key));
    };

    const before = reader.read(storeWithToken('a'), refs(0, 1), never);
    await clock.advance(20);
    secrets.set('a/creds', 'two');
    const after = reader.read(storeWithToken('a'), refs(0, 1), never);
    await clock.advance(20);
    expect([script.connects.length, script.disposed()]).toEqual([2, 0]);
    gate.resolve();

    expect((await Promise.all([before, after])).flat().map(textOf)).toEqual(['key-0', 'key-0']);
    await clock.settle();
    expect(script.disposed()).toBe(1);
  });

  it('connects anew where a declared environment variable has changed', async () => {
    const environment: Record<string, string> = { SCRIPTED_ENDPOINT: 'http://here' };
    const { script, clock, reader } = openReaderBench({ environment });
    for (const endpoint of ['http://here', 'http://there']) {
      environment['SCRIPTED_ENDPOINT'] = endpoint;
      const read = reader.read(openStore, refs(0, 1), never);
      await clock.advance(20);
      await read;
    }

    expect(script.connects.map((context) => context.environment.get('SCRIPTED_ENDPOINT'))).toEqual(['http://here', 'http://there']);
  });

  it('leaves no timer and no client behind once it is closed', async () => {
    const { script, clock, reader } = openReaderBench();
    script.answer = (_, signal) => hang(signal);

    const underway = reader.read(openStore, refs(0, 20), never);
    await clock.advance(1);
    const waiting = reader.read(openStore, refs(20, 1), never);
    await clock.settle();
    await reader.close();

    expect((await Promise.all([underway, waiting])).flat().map(textOf)).toEqual(Array.from({ length: 21 }, () => 'unavailable: Prelude is shutting down'));
    expect(textOf((await reader.read(openStore, refs(0, 1), never))[0])).toBe('unavailable: Prelude is shutting down');
    expect(script.disposed()).toBe(1);
    expect(clock.pending()).toBe(0);
  });

  it('shows a provider the environment variables that it declares and no other', async () => {
    const { script, clock, reader } = openReaderBench({ environment: { SCRIPTED_ENDPOINT: 'http://here', AWS_SECRET_ACCESS_KEY: 'nothing of its business' } });

    void reader.read(openStore, refs(0, 1), never);
    await clock.settle();

    expect([...(script.connects[0]?.environment ?? [])]).toEqual([['SCRIPTED_ENDPOINT', 'http://here']]);
  });
});

describe('credentials', () => {
  it('says which Secret and key is missing', async () => {
    const { secrets, clock, reader } = openReaderBench();

    const missing = reader.read(storeWithToken('a'), refs(0, 1), never);
    secrets.set('a/creds', 'one');
    const wrongKey = reader.read(storeWithToken('a', { name: 'creds', key: 'nope' }), refs(0, 1), never);
    await clock.settle();

    expect(textOf((await missing)[0])).toBe(`invalid: the store's credentials need key "token" of Secret a/creds, which does not exist`);
    expect(textOf((await wrongKey)[0])).toContain('key "nope" of Secret a/creds');
  });

  it("refuses to read another namespace's Secret for a namespaced store, before anything is asked", async () => {
    const { script, secrets, reader } = openReaderBench();
    secrets.set('b/creds', 'stolen');

    const [result] = await reader.read(storeWithToken('a', { name: 'creds', namespace: 'b', key: 'token' }), refs(0, 1), never);

    expect(textOf(result)).toBe('invalid: SecretStore a/main names Secret "creds" of namespace "b"; a SecretStore may use Secrets of its own namespace only');
    expect([secrets.reads, script.connects]).toEqual([[], []]);
  });

  it('ends a read of credentials that hangs at the deadline', async () => {
    const { clock, reader } = openReaderBench({ credentials: { read: () => new Promise(() => {}) } });

    const read = reader.read(storeWithToken('a'), refs(0, 1), never);
    await clock.advance(30_000);

    expect(textOf((await read)[0])).toBe("unavailable: reading Secret a/creds, which holds the store's credentials, did not answer within 30 s");
  });

  it('lists the Secrets that a store names and may use', () => {
    const { reader } = openReaderBench();
    const fixed = storeWithToken('a', { name: 'creds', namespace: 'b', key: 'token' });

    expect(reader.credentials(storeWithToken('a'))).toEqual([{ kind: 'Secret', namespace: 'a', name: 'creds' }]);
    expect(reader.credentials(fixed)).toEqual([]);
    expect(reader.credentials({ ...fixed, scope: 'cluster' })).toEqual([{ kind: 'Secret', namespace: 'b', name: 'creds' }]);
    const { namespace: _, ...withoutConsumer } = storeWithToken('a');
    expect(reader.credentials({ ...withoutConsumer, scope: 'cluster' })).toEqual([]);
    expect(reader.credentials({ ...openStore, provider: { unknown: {} } })).toEqual([]);
  });
});
