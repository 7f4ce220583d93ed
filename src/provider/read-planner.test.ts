import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createScriptedProvider, failed, hang, valueOf } from '../../test/support/scripted-provider.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { ProviderCall } from '../lib/metrics.ts';
import type { ReadResult, RemoteRef } from './contract.ts';
import type { CredentialSource } from './credential-source.ts';
import { ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';
import { createStoreReader } from './read-planner.ts';
import { createRegistry, erase } from './registry.ts';
import type { StoreHandle } from './store-reader.ts';

const never = new AbortController().signal;

interface FakeSecrets extends CredentialSource {
  /** Every read, as `namespace/name/key`. */
  readonly reads: string[];
  readonly set: (secret: string, value: string) => void;
  readonly hide: (secret: string) => void;
}

function createSecrets(): FakeSecrets {
  const values = new Map<string, { readonly value: string; readonly version: number }>();
  const reads: string[] = [];
  let versions = 0;
  return {
    reads,
    read: async (namespace, name, key) => {
      reads.push(`${namespace}/${name}/${key}`);
      const found = values.get(`${namespace}/${name}`);
      return found === undefined || key !== 'token' ? undefined : SecretBytes.fromUtf8(found.value);
    },
    version: (namespace, name) => values.get(`${namespace}/${name}`)?.version.toString(),
    set: (secret, value) => values.set(secret, { value, version: (versions += 1) }),
    hide: (secret) => values.delete(secret),
  };
}

function open(options: { readonly batchSize?: number; readonly limits?: Partial<ReadLimits>; readonly environment?: Record<string, string> } = {}) {
  const script = createScriptedProvider(options.batchSize);
  const clock = createFakeClock();
  const secrets = createSecrets();
  const measured: ProviderCall[] = [];
  const reader = createStoreReader({
    registry: createRegistry([erase(script.provider)]),
    credentials: secrets,
    clock,
    metrics: { providerCalled: (call) => measured.push(call) },
    environment: options.environment ?? {},
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  return { script, clock, secrets, measured, reader };
}

const store: StoreHandle = { label: 'SecretStore a/main', scope: 'namespaced', namespace: 'a', provider: { scripted: {} } };

function storeWithToken(namespace: string, token: object = { name: 'creds', key: 'token' }): StoreHandle {
  return { label: `SecretStore ${namespace}/main`, scope: 'namespaced', namespace, provider: { scripted: { token } } };
}

function refs(from: number, count: number): readonly RemoteRef[] {
  return Array.from({ length: count }, (_, index) => ({ key: `key-${from + index}` }));
}

function textOf(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}

describe('coalescing', () => {
  it('asks for 300 references of 100 objects within one tick in exactly 15 calls of 20', async () => {
    const { script, clock, reader } = open();

    const reads = Array.from({ length: 100 }, (_, index) => reader.read({ ...store, provider: { scripted: {} } }, refs(index * 3, 3), never));
    await clock.advance(20);
    const results = (await Promise.all(reads)).flat();

    expect(script.calls.map(({ keys }) => keys.length)).toEqual(Array.from({ length: 15 }, () => 20));
    expect(results.map(textOf)).toEqual(refs(0, 300).map(({ key }) => key));
  });

  it('asks once for what 50 namespaces read through one cluster store', async () => {
    const { script, clock, reader } = open();

    const reads = Array.from({ length: 50 }, (_, index) => reader.read({ ...store, scope: 'cluster', namespace: `ns-${index}` }, refs(0, 20), never));
    await clock.advance(20);
    await Promise.all(reads);

    expect(script.calls).toHaveLength(1);
  });

  it('lets a full batch leave at once', async () => {
    const { script, clock, reader } = open();

    void reader.read(store, refs(0, 20), never);
    await clock.settle();

    expect(script.calls).toHaveLength(1);
  });

  it('lets a batch that is not full leave as soon as nobody asks any more', async () => {
    const { script, clock, reader } = open();

    void reader.read(store, refs(0, 1), never);
    await clock.advance(9);
    expect(script.calls).toHaveLength(0);
    await clock.advance(1);

    expect(script.calls).toHaveLength(1);
  });

  it('never holds a reference longer than the window, however steadily others come', async () => {
    const { script, clock, reader } = open();

    for (let at = 0; at <= 20; at += 4) {
      void reader.read(store, refs(at, 1), never);
      await clock.advance(4);
    }

    expect(script.calls).toHaveLength(1);
    expect(script.calls[0]?.keys).toEqual(['key-0', 'key-4', 'key-8', 'key-12', 'key-16']);
  });

  it('keeps the versions of one key apart, and takes an empty version for none', async () => {
    const { script, clock, reader } = open();

    const read = reader.read(store, [{ key: 'k' }, { key: 'k', version: '' }, { key: 'k', version: '2' }], never);
    await clock.advance(20);

    expect(script.calls[0]?.keys).toEqual(['k', 'k']);
    expect(await read).toHaveLength(3);
  });

  it('never gives a request the answer of a call that began before it', async () => {
    const { script, clock, reader } = open();
    let value = 'old';
    const gates: (() => void)[] = [];
    script.answer = async () => {
      const seen = value;
      await new Promise<void>((resolve) => gates.push(resolve));
      return [{ kind: 'value', value: SecretBytes.fromUtf8(seen) }];
    };

    const before = reader.read(store, refs(0, 1), never);
    await clock.advance(20);
    value = 'new';
    const after = reader.read(store, refs(0, 1), never);
    await clock.advance(20);
    for (const pass of gates) pass();

    expect([textOf((await before)[0]), textOf((await after)[0])]).toEqual(['old', 'new']);
    expect(script.calls).toHaveLength(2);
  });

  it('keeps nothing after the answer', async () => {
    const { script, clock, reader } = open();

    for (let round = 0; round < 3; round += 1) {
      const read = reader.read(store, refs(0, 1), never);
      await clock.advance(20);
      await read;
    }

    expect(script.calls).toHaveLength(3);
  });

  it('makes no call for no references', async () => {
    const { script, reader } = open();

    expect(await reader.read(store, [], never)).toEqual([]);
    expect(script.connects).toHaveLength(0);
  });
});

describe('bounds', () => {
  it('runs at most so many calls of one identity at once, and then the rest', async () => {
    const { script, clock, reader } = open({ limits: { concurrency: 2 } });
    const gates: (() => void)[] = [];
    script.answer = async (asked) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return asked.map(({ key }) => valueOf(key));
    };

    const read = reader.read(store, refs(0, 100), never);
    await clock.advance(100);
    expect(script.calls).toHaveLength(2);
    for (let next = gates.shift(); next !== undefined; next = gates.shift()) {
      next();
      await clock.settle();
    }

    expect((await read).map(textOf)).toEqual(refs(0, 100).map(({ key }) => key));
    expect(script.calls).toHaveLength(5);
  });

  it.each([
    ['heeds the signal', (signal: AbortSignal) => hang(signal)],
    ['ignores the signal', () => new Promise<never>(() => {})],
  ])('ends a provider that hangs and %s as unavailable, at the deadline', async (_, answer) => {
    const { script, clock, reader, measured } = open();
    script.answer = (_refs, signal) => answer(signal);

    const read = reader.read(store, refs(0, 2), never);
    await clock.advance(10 + 29_999);
    expect(measured).toEqual([]);
    await clock.advance(1);

    expect((await read).map(textOf)).toEqual(Array.from({ length: 2 }, () => 'unavailable: the provider did not answer within 30 s'));
    expect(measured).toEqual([{ provider: 'scripted', outcome: 'unavailable', seconds: 30, refs: 2 }]);
  });

  it('fails what waits too long behind a provider that hangs', async () => {
    const { script, clock, reader } = open({ batchSize: 1, limits: { concurrency: 1, patience: 45_000 } });
    script.answer = (_, signal) => hang(signal);

    const read = reader.read(store, refs(0, 3), never);
    await clock.advance(60_000);

    expect((await read).map(textOf)).toEqual([
      'unavailable: the provider did not answer within 30 s',
      'unavailable: the provider did not answer within 30 s',
      'unavailable: waited 45 s for its turn: the provider answers too slowly',
    ]);
    expect(script.calls).toHaveLength(2);
  });

  it('refuses a value that no Secret can hold, and passes the largest that one can', async () => {
    const { script, clock, reader } = open();
    const sizes = new Map([['key-0', 1024 * 1024], ['key-1', 2 * 1024 * 1024]]);
    script.answer = async (asked) => asked.map(({ key }) => ({ kind: 'value', value: new SecretBytes(new Uint8Array(sizes.get(key) ?? 0)) }));

    const read = reader.read(store, refs(0, 2), never);
    await clock.advance(20);
    const [fits, large] = await read;

    expect(fits?.kind).toBe('value');
    expect(textOf(large)).toBe('invalid: the value has 2097152 bytes; a Kubernetes Secret holds at most 1 MiB');
  });

  it.each([undefined, 5000])('holds the next call back after a throttled one (asked to wait %s ms)', async (retryAfter) => {
    const { script, clock, reader } = open();
    const wait = retryAfter ?? 1000;
    script.answer = async () => {
      throw new ProviderError('throttled', 'slow down', retryAfter === undefined ? {} : { retryAfter });
    };
    const first = reader.read(store, refs(0, 1), never);
    await clock.advance(10);
    expect(textOf((await first)[0])).toBe('throttled: slow down');
    script.answer = async (asked) => asked.map(({ key }) => valueOf(key));

    const second = reader.read(store, refs(1, 40), never);
    await clock.advance(wait - 1);
    expect(script.calls).toHaveLength(1);
    await clock.advance(1);

    expect((await second).map(textOf)).toEqual(refs(1, 40).map(({ key }) => key));
  });

  it('waits longer from one throttled call to the next, and never longer than the bound', async () => {
    const { script, clock, reader } = open({ limits: { longestHold: 3000 } });
    script.answer = async (asked) => asked.map(() => failed(new ProviderError('throttled', 'slow down')));

    const at: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const read = reader.read(store, refs(round, 1), never);
      await clock.advance(5000);
      await read;
      at.push(script.calls.length);
    }
    script.answer = async () => {
      throw new ProviderError('throttled', 'slow down', { retryAfter: 86_400_000 });
    };
    void reader.read(store, refs(9, 1), never);
    await clock.advance(20);
    const last = reader.read(store, refs(10, 1), never);
    await clock.advance(3000);
    await last;

    expect(at).toEqual([1, 2, 3, 4]);
    expect(script.calls).toHaveLength(6);
  });
});

describe('failures', () => {
  it('lets one bad key fail its own users only', async () => {
    const { script, clock, reader } = open();
    script.answer = async (asked) => asked.map(({ key }) => (key === 'key-1' ? failed(new ProviderError('denied', 'not yours')) : key === 'key-2' ? { kind: 'absent' } : valueOf(key)));

    const reads = [reader.read(store, refs(0, 2), never), reader.read(store, refs(2, 2), never)];
    await clock.advance(20);

    expect((await Promise.all(reads)).map((results) => results.map(textOf))).toEqual([
      ['key-0', 'denied: not yours'],
      ['absent', 'key-3'],
    ]);
  });

  it('says unavailable, and never absent, for an answer that does not fit the question', async () => {
    const { script, clock, reader } = open();
    script.answer = async () => [valueOf('a')];

    const read = reader.read(store, refs(0, 2), never);
    await clock.advance(20);

    expect((await read).map(textOf)).toEqual(Array.from({ length: 2 }, () => 'unavailable: the provider gave 1 results for 2 references'));
  });

  it('tells nothing of an unexpected failure but its kind', async () => {
    const { script, clock, reader } = open();
    script.answer = async () => JSON.parse('hunter2 is no JSON') as never;

    const read = reader.read(store, refs(0, 1), never);
    await clock.advance(20);

    expect(textOf((await read)[0])).toBe('unavailable: the provider failed unexpectedly (SyntaxError)');
  });

  it('gives every reference the error where the configuration does not parse', async () => {
    const { reader } = open();

    const [unknown] = await reader.read({ ...store, provider: { vault: {} } }, refs(0, 1), never);
    const [wrong] = await reader.read({ ...store, provider: { scripted: { account: 1, colour: 'red' } } }, refs(0, 1), never);

    expect(textOf(unknown)).toBe('invalid: spec.provider.vault: the provider is not known; this version of Prelude knows scripted');
    expect(textOf(wrong)).toContain('spec.provider.scripted.account: ');
    expect(textOf(wrong)).toContain('spec.provider.scripted.colour: unknown field');
  });

  it('tells everyone that connecting failed, forgets it, and connects anew for the next', async () => {
    const { script, clock, reader } = open();
    script.connect = async () => {
      throw new ProviderError('denied', 'wrong password');
    };
    const reads = [reader.read(store, refs(0, 1), never), reader.read(store, refs(1, 1), never)];
    await clock.settle();
    expect((await Promise.all(reads)).flat().map(textOf)).toEqual(['denied: wrong password', 'denied: wrong password']);
    script.connect = async () => {};

    const again = reader.read(store, refs(0, 1), never);
    await clock.advance(20);

    expect(textOf((await again)[0])).toBe('key-0');
    expect(script.connects).toHaveLength(2);
  });

  it('gives up connecting at the deadline and disposes the client that comes too late', async () => {
    const { script, clock, reader } = open();
    let connected = (): void => {};
    script.connect = () => new Promise((resolve) => (connected = resolve));

    const read = reader.read(store, refs(0, 1), never);
    await clock.advance(30_000);
    expect(textOf((await read)[0])).toBe('unavailable: connecting to the provider did not answer within 30 s');
    connected();
    await clock.settle();

    expect(script.disposed()).toBe(1);
  });
});

describe('cancelling', () => {
  it("does not cancel other consumers' reads", async () => {
    const { script, clock, reader } = open();
    const gate = Promise.withResolvers<void>();
    const seen: AbortSignal[] = [];
    script.answer = async (asked, signal) => {
      seen.push(signal);
      await gate.promise;
      return asked.map(({ key }) => valueOf(key));
    };
    const leaving = new AbortController();

    const left = reader.read(store, refs(0, 2), leaving.signal);
    const stays = reader.read(store, refs(1, 2), never);
    await clock.advance(20);
    leaving.abort(new Error('went away'));
    await expect(left).rejects.toThrow('went away');
    gate.resolve();

    expect((await stays).map(textOf)).toEqual(['key-1', 'key-2']);
    expect(seen[0]?.aborted).toBe(false);
  });

  it('aborts the call once nobody waits for it, and frees its place', async () => {
    const { script, clock, reader, measured } = open({ limits: { concurrency: 1 } });
    script.answer = (_, signal) => hang(signal);
    const consumers = [new AbortController(), new AbortController()];

    const reads = consumers.map(({ signal }) => reader.read(store, refs(0, 1), signal));
    await clock.advance(20);
    for (const consumer of consumers) consumer.abort(new Error('went away'));
    await Promise.all(reads.map((read) => expect(read).rejects.toThrow('went away')));
    script.answer = async (asked) => asked.map(({ key }) => valueOf(key));
    const next = reader.read(store, refs(5, 1), never);
    await clock.advance(20);

    expect(measured[0]?.outcome).toBe('aborted');
    expect(textOf((await next)[0])).toBe('key-5');
  });

  it('asks no call for what its only consumer left before it began', async () => {
    const { script, clock, reader } = open();
    const consumer = new AbortController();

    const read = reader.read(store, refs(0, 1), consumer.signal);
    await clock.advance(5);
    consumer.abort(new Error('went away'));
    await expect(read).rejects.toThrow('went away');
    await clock.advance(100);

    expect(script.calls).toEqual([]);
  });

  it('throws at once under a signal that is aborted already', async () => {
    const { script, reader } = open();

    await expect(reader.read(store, refs(0, 1), AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(script.connects).toHaveLength(0);
  });
});

describe('identities', () => {
  it('shares one client among stores that ask as the same, and none among others', async () => {
    const { script, clock, secrets, reader } = open();
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
    const { script, clock, reader } = open();

    const reads = ['x', 'y'].map((account) => reader.read({ ...store, provider: { scripted: { account } } }, refs(0, 1), never));
    await clock.advance(20);
    await Promise.all(reads);

    expect(script.connects).toHaveLength(2);
  });

  it("keeps a cluster store's consumers apart where its credentials are theirs, even where those are equal", async () => {
    const { script, clock, secrets, reader } = open();
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
    const { script, clock, secrets, reader } = open();
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
    const { script, clock, secrets, reader } = open();
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
    const { script, clock, secrets, reader } = open();
    secrets.set('a/creds', 'one');
    const blind = createStoreReader({
      registry: createRegistry([erase(script.provider)]),
      credentials: { ...secrets, version: () => undefined },
      clock,
      metrics: { providerCalled: () => {} },
      environment: {},
    });
    for (const token of ['one', 'two']) {
      secrets.set('a/creds', token);
      const done = blind.read(storeWithToken('a'), refs(0, 1), never);
      await clock.advance(20);
      await done;
    }

    expect(script.calls.map(({ token }) => token)).toEqual(['one', 'two']);
    await reader.close();
  });

  it('disposes a client that nobody has used for a while, and lets it be while it is used', async () => {
    const { script, clock, secrets, reader } = open({ limits: { idle: 1000, deadline: 5000 } });
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

  it('leaves no timer and no client behind once it is closed', async () => {
    const { script, clock, reader } = open();
    script.answer = (_, signal) => hang(signal);

    const underway = reader.read(store, refs(0, 20), never);
    await clock.advance(1);
    const waiting = reader.read(store, refs(20, 1), never);
    await clock.settle();
    await reader.close();

    expect((await Promise.all([underway, waiting])).flat().map(textOf)).toEqual(Array.from({ length: 21 }, () => 'unavailable: Prelude is shutting down'));
    expect(textOf((await reader.read(store, refs(0, 1), never))[0])).toBe('unavailable: Prelude is shutting down');
    expect(script.disposed()).toBe(1);
    expect(clock.pending()).toBe(0);
  });

  it('shows a provider the environment variables that it declares and no other', async () => {
    const { script, clock, reader } = open({ environment: { SCRIPTED_ENDPOINT: 'http://here', AWS_SECRET_ACCESS_KEY: 'nothing of its business' } });

    void reader.read(store, refs(0, 1), never);
    await clock.settle();

    expect([...(script.connects[0]?.environment ?? [])]).toEqual([['SCRIPTED_ENDPOINT', 'http://here']]);
  });
});

describe('credentials', () => {
  it('says which Secret and key is missing', async () => {
    const { secrets, clock, reader } = open();

    const missing = reader.read(storeWithToken('a'), refs(0, 1), never);
    secrets.set('a/creds', 'one');
    const wrongKey = reader.read(storeWithToken('a', { name: 'creds', key: 'nope' }), refs(0, 1), never);
    await clock.settle();

    expect(textOf((await missing)[0])).toBe(`invalid: the store's credentials need key "token" of Secret a/creds, which does not exist`);
    expect(textOf((await wrongKey)[0])).toContain('key "nope" of Secret a/creds');
  });

  it("refuses to read another namespace's Secret for a namespaced store, before anything is asked", async () => {
    const { script, secrets, reader } = open();
    secrets.set('b/creds', 'stolen');

    const [result] = await reader.read(storeWithToken('a', { name: 'creds', namespace: 'b', key: 'token' }), refs(0, 1), never);

    expect(textOf(result)).toBe('invalid: SecretStore a/main names Secret "creds" of namespace "b"; a SecretStore may use Secrets of its own namespace only');
    expect([secrets.reads, script.connects]).toEqual([[], []]);
  });

  it('ends a read of credentials that hangs at the deadline', async () => {
    const { script, clock, secrets } = open();
    const reader = createStoreReader({
      registry: createRegistry([erase(script.provider)]),
      credentials: { ...secrets, read: () => new Promise(() => {}) },
      clock,
      metrics: { providerCalled: () => {} },
      environment: {},
    });

    const read = reader.read(storeWithToken('a'), refs(0, 1), never);
    await clock.advance(30_000);

    expect(textOf((await read)[0])).toBe("unavailable: reading Secret a/creds, which holds the store's credentials, did not answer within 30 s");
  });

  it('lists the Secrets that a store names and may use', () => {
    const { reader } = open();
    const fixed = storeWithToken('a', { name: 'creds', namespace: 'b', key: 'token' });

    expect(reader.credentials(storeWithToken('a'))).toEqual([{ namespace: 'a', name: 'creds' }]);
    expect(reader.credentials(fixed)).toEqual([]);
    expect(reader.credentials({ ...fixed, scope: 'cluster' })).toEqual([{ namespace: 'b', name: 'creds' }]);
    const { namespace: _, ...withoutConsumer } = storeWithToken('a');
    expect(reader.credentials({ ...withoutConsumer, scope: 'cluster' })).toEqual([]);
    expect(reader.credentials({ ...store, provider: { unknown: {} } })).toEqual([]);
  });
});

describe('validate', () => {
  it('says what the provider says', async () => {
    const { script, reader } = open();

    expect(await reader.validate(store, never)).toBe('valid');
    script.validate = async () => 'unknown';
    expect(await reader.validate(store, never)).toBe('unknown');
    script.validate = async () => {
      throw new ProviderError('denied', 'wrong password');
    };
    await expect(reader.validate(store, never)).rejects.toThrow('wrong password');
  });

  it('says valid for a cluster store whose credentials are the consumers', async () => {
    const { script, reader } = open();
    const { namespace: _, ...handle } = storeWithToken('a');

    expect(await reader.validate({ ...handle, scope: 'cluster' }, never)).toBe('valid');
    expect(script.connects).toEqual([]);
  });

  it('ends at the deadline, and at once when its own signal aborts', async () => {
    const { script, clock, reader } = open();
    script.validate = () => new Promise(() => {});
    const consumer = new AbortController();

    const slow = expect(reader.validate(store, never)).rejects.toThrow('did not answer within 30 s');
    const left = expect(reader.validate(store, consumer.signal)).rejects.toThrow('went away');
    await clock.settle();
    consumer.abort(new Error('went away'));
    await left;
    await clock.advance(30_000);
    await slow;
  });

  it('refuses a configuration that does not parse', async () => {
    const { reader } = open();

    await expect(reader.validate({ ...store, provider: {} }, never)).rejects.toThrow("spec.provider: must have exactly one key, the provider's name");
  });
});
