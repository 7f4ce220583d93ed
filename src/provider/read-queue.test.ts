import { describe, expect, it } from 'vitest';
import { openReaderBench, openStore, refs, textOf } from '../../test/support/reader-bench.ts';
import { failed, hang, valueOf } from '../../test/support/scripted-provider.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { RemoteRef } from './contract.ts';
import { ProviderError } from './provider-error.ts';

const never = new AbortController().signal;

describe('coalescing', () => {
  it('asks for 300 references of 100 objects within one tick in exactly 15 calls of 20', async () => {
    const { script, clock, reader } = openReaderBench();

    const reads = Array.from({ length: 100 }, (_, index) => reader.read({ ...openStore, provider: { scripted: {} } }, refs(index * 3, 3), never));
    await clock.advance(20);
    const results = (await Promise.all(reads)).flat();

    expect(script.calls.map(({ keys }) => keys.length)).toEqual(Array.from({ length: 15 }, () => 20));
    expect(results.map(textOf)).toEqual(refs(0, 300).map(({ key }) => key));
  });

  it('asks once for what 50 namespaces read through one cluster store', async () => {
    const { script, clock, reader } = openReaderBench();

    const reads = Array.from({ length: 50 }, (_, index) => reader.read({ ...openStore, scope: 'cluster', namespace: `ns-${index}` }, refs(0, 20), never));
    await clock.advance(20);
    await Promise.all(reads);

    expect(script.calls).toHaveLength(1);
  });

  it('lets a full batch leave at once', async () => {
    const { script, clock, reader } = openReaderBench();

    void reader.read(openStore, refs(0, 20), never);
    await clock.settle();

    expect(script.calls).toHaveLength(1);
  });

  it('lets a batch that is not full leave as soon as nobody asks any more', async () => {
    const { script, clock, reader } = openReaderBench();

    void reader.read(openStore, refs(0, 1), never);
    await clock.advance(9);
    expect(script.calls).toHaveLength(0);
    await clock.advance(1);

    expect(script.calls).toHaveLength(1);
  });

  it('never holds a reference longer than the window, however steadily others come', async () => {
    const { script, clock, reader } = openReaderBench();

    for (let at = 0; at <= 20; at += 4) {
      void reader.read(openStore, refs(at, 1), never);
      await clock.advance(4);
    }

    expect(script.calls).toHaveLength(1);
    expect(script.calls[0]?.keys).toEqual(['key-0', 'key-4', 'key-8', 'key-12', 'key-16']);
  });

  it('keeps the versions of one key apart, and takes an empty version for none', async () => {
    const { script, clock, reader } = openReaderBench();

    const read = reader.read(openStore, [{ key: 'k' }, { key: 'k', version: '' }, { key: 'k', version: '2' }], never);
    await clock.advance(20);

    expect(script.calls[0]?.keys).toEqual(['k', 'k']);
    expect(await read).toHaveLength(3);
  });

  it('never gives a request the answer of a call that began before it', async () => {
    const { script, clock, reader } = openReaderBench();
    let value = 'old';
    const gates: (() => void)[] = [];
    script.answer = async () => {
      const seen = value;
      await new Promise<void>((resolve) => gates.push(resolve));
      return [{ kind: 'value', value: SecretBytes.fromUtf8(seen) }];
    };

    const before = reader.read(openStore, refs(0, 1), never);
    await clock.advance(20);
    value = 'new';
    const after = reader.read(openStore, refs(0, 1), never);
    await clock.advance(20);
    for (const pass of gates) pass();

    expect([textOf((await before)[0]), textOf((await after)[0])]).toEqual(['old', 'new']);
    expect(script.calls).toHaveLength(2);
  });

  it('answers nobody who does not say since when by what was answered before', async () => {
    const { script, clock, reader } = openReaderBench();

    for (let round = 0; round < 3; round += 1) {
      const read = reader.read(openStore, refs(0, 1), never);
      await clock.advance(20);
      await read;
    }

    expect(script.calls).toHaveLength(3);
  });

  it('makes no call for no references', async () => {
    const { script, reader } = openReaderBench();

    expect(await reader.read(openStore, [], never)).toEqual([]);
    expect(script.connects).toHaveLength(0);
  });
});

describe('bounds', () => {
  it('runs at most so many calls of one identity at once, and then the rest', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { concurrency: 2, concurrentRefs: 2 } });
    const gates: (() => void)[] = [];
    script.answer = async (asked) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return asked.map(({ key }) => valueOf(key));
    };

    const read = reader.read(openStore, refs(0, 100), never);
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
    const { script, clock, reader, measured } = openReaderBench();
    script.answer = (_refs, signal) => answer(signal);

    const read = reader.read(openStore, refs(0, 2), never);
    await clock.advance(10 + 29_999);
    expect(measured).toEqual([]);
    await clock.advance(1);

    expect((await read).map(textOf)).toEqual(Array.from({ length: 2 }, () => 'unavailable: the provider did not answer within 30 s'));
    expect(measured).toEqual([{ provider: 'scripted', outcome: 'unavailable', seconds: 30, refs: 2 }]);
  });

  it('fails what waits too long behind a provider that hangs', async () => {
    const { script, clock, reader } = openReaderBench({ batchSize: 1, limits: { concurrency: 1, concurrentRefs: 1, patience: 45_000 } });
    script.answer = (_, signal) => hang(signal);

    const read = reader.read(openStore, refs(0, 3), never);
    await clock.advance(60_000);

    expect((await read).map(textOf)).toEqual([
      'unavailable: the provider did not answer within 30 s',
      'unavailable: the provider did not answer within 30 s',
      'unavailable: waited 45 s for its turn: the provider answers too slowly',
    ]);
    expect(script.calls).toHaveLength(2);
  });

  it('refuses a value that no Secret can hold, and passes the largest that one can', async () => {
    const { script, clock, reader } = openReaderBench();
    const sizes = new Map([['key-0', 1024 * 1024], ['key-1', 2 * 1024 * 1024]]);
    script.answer = async (asked) => asked.map(({ key }) => ({ kind: 'value', value: new SecretBytes(new Uint8Array(sizes.get(key) ?? 0)) }));

    const read = reader.read(openStore, refs(0, 2), never);
    await clock.advance(20);
    const [fits, large] = await read;

    expect(fits?.kind).toBe('value');
    expect(textOf(large)).toBe('invalid: the value has 2097152 bytes; a Kubernetes Secret holds at most 1 MiB');
  });

  it.each([undefined, 5000])('asks again itself for what was throttled, once it may (asked to wait %s ms)', async (retryAfter) => {
    const { script, clock, reader, measured } = openReaderBench();
    const wait = retryAfter ?? 1000;
    script.answer = async () => {
      script.answer = async (asked) => asked.map(({ key }) => valueOf(key));
      throw new ProviderError('throttled', 'slow down', retryAfter === undefined ? {} : { retryAfter });
    };

    const read = reader.read(openStore, refs(0, 2), never);
    await clock.advance(10 + wait - 1);
    expect(script.calls).toHaveLength(1);
    await clock.advance(1);

    expect((await read).map(textOf)).toEqual(['key-0', 'key-1']);
    expect(measured.map(({ outcome }) => outcome)).toEqual(['throttled', 'ok']);
  });

  it('asks again only for those references of a batch that were throttled', async () => {
    const { script, clock, reader } = openReaderBench();
    script.answer = async (asked) => {
      script.answer = async (again) => again.map(({ key }) => valueOf(key));
      return asked.map(({ key }) => (key === 'key-1' ? failed(new ProviderError('throttled', 'slow down')) : valueOf(key)));
    };

    const read = reader.read(openStore, refs(0, 3), never);
    await clock.advance(1010);

    expect((await read).map(textOf)).toEqual(['key-0', 'key-1', 'key-2']);
    expect(script.calls.map(({ keys }) => keys)).toEqual([['key-0', 'key-1', 'key-2'], ['key-1']]);
  });

  it('lets what was throttled keep its place, before what came later', async () => {
    const { script, clock, reader } = openReaderBench({ batchSize: 1, limits: { concurrency: 1, concurrentRefs: 1 } });
    script.answer = async () => {
      script.answer = async (asked) => asked.map(({ key }) => valueOf(key));
      throw new ProviderError('throttled', 'slow down');
    };

    const first = reader.read(openStore, refs(0, 1), never);
    await clock.advance(100);
    const second = reader.read(openStore, refs(1, 1), never);
    await clock.advance(2000);
    await Promise.all([first, second]);

    expect(script.calls.map(({ keys }) => keys[0])).toEqual(['key-0', 'key-0', 'key-1']);
  });

  it('gives up what is throttled for longer than its patience, and says when to come back', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { patience: 60_000, refusedPatience: 10_000 } });
    script.answer = () => Promise.reject(new ProviderError('throttled', 'slow down', { retryAfter: 4000 }));

    const read = reader.read(openStore, refs(0, 1), never);
    await clock.advance(20_000);
    const [result] = await read;

    expect(textOf(result)).toBe('throttled: slow down');
    expect(result).toMatchObject({ error: { retryAfter: expect.any(Number) } });
    expect(script.calls).toHaveLength(3);
  });

  it('is not held longer than the bound, whatever the provider asks', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { longestHold: 3000 } });
    script.answer = () => Promise.reject(new ProviderError('throttled', 'slow down', { retryAfter: 86_400_000 }));
    void reader.read(openStore, refs(0, 1), never);
    await clock.advance(20 + 3000);

    expect(script.calls).toHaveLength(2);
  });

  it('refuses what there is no room to wait for', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { mostWaiting: 3 } });
    script.answer = (_, signal) => hang(signal);

    const read = reader.read(openStore, refs(0, 5), never);
    await clock.advance(31_000);

    expect((await read).map(textOf).slice(2)).toEqual(['unavailable: the provider did not answer within 30 s', ...Array.from({ length: 2 }, () => 'unavailable: 3 references wait for the provider already')]);
  });
});

describe('a batch that is refused as a whole', () => {
  const refused = new ProviderError('invalid', 'a name makes no sense');

  it('is asked one by one, once, so that the innocent are served', async () => {
    const { script, clock, reader } = openReaderBench();
    script.answer = async (asked) => {
      if (asked.some(({ key }) => key === 'key-1')) throw refused;
      return asked.map(({ key }) => valueOf(key));
    };

    const reads = [reader.read(openStore, refs(0, 2), never), reader.read(openStore, refs(2, 2), never)];
    await clock.advance(50);

    expect((await Promise.all(reads)).map((results) => results.map(textOf))).toEqual([['key-0', 'invalid: a name makes no sense'], ['key-2', 'key-3']]);
    expect(script.calls.map(({ keys }) => keys.length)).toEqual([4, 1, 1, 1, 1]);
  });

  it('is asked again in halves, so that one bad name costs few calls more', async () => {
    const { script, clock, reader } = openReaderBench({ batchSize: 64 });
    script.answer = async (asked) => {
      if (asked.some(({ key }) => key === 'key-17')) throw refused;
      return asked.map(({ key }) => valueOf(key));
    };

    const read = reader.read(openStore, refs(0, 64), never);
    await clock.advance(100);

    expect((await read).map(textOf).filter((text) => text !== 'invalid: a name makes no sense')).toHaveLength(63);
    expect(script.calls.length).toBeLessThan(2 * Math.log2(64) + 3);
  });

  it('is known the next time: what was to blame is asked apart, and all of it at once', async () => {
    const { script, clock, reader } = openReaderBench();
    const isBad = ({ key }: RemoteRef): boolean => Number(key.slice(4)) % 2 === 1;
    script.answer = async (asked) => {
      if (asked.some(isBad)) throw refused;
      return asked.map(({ key }) => valueOf(key));
    };
    const read = async (how = {}): Promise<readonly string[]> => {
      const before = script.calls.length;
      const results = reader.read(openStore, refs(0, 20), never, how);
      await clock.advance(100);
      expect((await results).map(textOf).filter((text) => text.startsWith('key-'))).toHaveLength(10);
      return script.calls.slice(before).map(({ keys }) => `${keys.length}`);
    };
    await read();

    expect(await read()).toEqual(['10', '10']);
    expect((await read({ urgent: true })).length).toBeGreaterThan(20);
    await clock.advance(3_600_000);
    expect((await read()).length).toBeGreaterThan(20);
  });

  it('of which all is bad costs few calls as long as that is known, and nothing once it is well', async () => {
    const { script, clock, reader } = openReaderBench();
    script.answer = () => Promise.reject(refused);
    const read = async (): Promise<number> => {
      const before = script.calls.length;
      const results = reader.read(openStore, refs(0, 200), never);
      await clock.advance(100);
      await results;
      return script.calls.length - before;
    };
    expect(await read()).toBeLessThan(400);
    expect(await read()).toBe(10);
    script.answer = async (asked) => asked.map(({ key }) => valueOf(key));
    expect(await read()).toBe(10);
    expect(await read()).toBe(10);
  });

  it('is not asked again for another reason', async () => {
    const { script, clock, reader } = openReaderBench();
    script.answer = () => Promise.reject(new ProviderError('denied', 'not yours'));

    const read = reader.read(openStore, refs(0, 4), never);
    await clock.advance(50);

    expect((await read).map(textOf)).toEqual(Array.from({ length: 4 }, () => 'denied: not yours'));
    expect(script.calls).toHaveLength(1);
  });
});
