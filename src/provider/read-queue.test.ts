import { describe, expect, it } from 'vitest';
import { openReaderBench, openStore, refs, textOf } from '../../test/support/reader-bench.ts';
import type { Answer } from '../../test/support/scripted-provider.ts';
import { failed, hang, valueOf } from '../../test/support/scripted-provider.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
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

  it('keeps nothing after the answer', async () => {
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
    const { script, clock, reader } = openReaderBench({ limits: { concurrency: 2 } });
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
    const { script, clock, reader } = openReaderBench({ batchSize: 1, limits: { concurrency: 1, patience: 45_000 } });
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

  it.each([undefined, 5000])('holds the next call back after a throttled one (asked to wait %s ms)', async (retryAfter) => {
    const { script, clock, reader } = openReaderBench();
    const wait = retryAfter ?? 1000;
    script.answer = async () => {
      throw new ProviderError('throttled', 'slow down', retryAfter === undefined ? {} : { retryAfter });
    };
    const first = reader.read(openStore, refs(0, 1), never);
    await clock.advance(10);
    expect(textOf((await first)[0])).toBe('throttled: slow down');
    script.answer = async (asked) => asked.map(({ key }) => valueOf(key));

    const second = reader.read(openStore, refs(1, 40), never);
    await clock.advance(wait - 1);
    expect(script.calls).toHaveLength(1);
    await clock.advance(1);

    expect((await second).map(textOf)).toEqual(refs(1, 40).map(({ key }) => key));
  });

  it('waits twice as long from one throttled call to the next, up to the bound, and starts anew after one that went well', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { longestHold: 3000 } });
    const throttled: Answer = async () => [failed(new ProviderError('throttled', 'slow down'))];
    const heldFor = async (): Promise<number> => {
      const calls = script.calls.length;
      void reader.read(openStore, refs(calls, 1), never);
      for (let waited = 0; ; waited += 100) {
        await clock.advance(100);
        if (script.calls.length > calls) return waited;
      }
    };

    script.answer = throttled;
    const growing = [await heldFor(), await heldFor(), await heldFor(), await heldFor(), await heldFor()];
    script.answer = async (asked) => asked.map(({ key }) => valueOf(key));
    await heldFor();
    script.answer = throttled;
    const anew = [await heldFor(), await heldFor()];

    // held from the answer on; the next is asked at most 100 ms after it
    expect(growing).toEqual([0, 900, 1900, 2900, 2900]);
    expect(anew).toEqual([0, 900]);
  });

  it('is not held longer than the bound, whatever the provider asks', async () => {
    const { script, clock, reader } = openReaderBench({ limits: { longestHold: 3000 } });
    script.answer = async () => {
      throw new ProviderError('throttled', 'slow down', { retryAfter: 86_400_000 });
    };
    void reader.read(openStore, refs(0, 1), never);
    await clock.advance(20);

    void reader.read(openStore, refs(1, 1), never);
    await clock.advance(3000);

    expect(script.calls).toHaveLength(2);
  });
});
