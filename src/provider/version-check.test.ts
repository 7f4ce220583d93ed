import { describe, expect, it } from 'vitest';
import { openReaderBench, openStore, refs, textOf } from '../../test/support/reader-bench.ts';
import { hang } from '../../test/support/scripted-provider.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { RemoteRef } from './contract.ts';
import { ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';

const never = new AbortController().signal;
const minute = 60_000;

/** A provider that tells versions, whose values and listing a test changes. Each value is its version. */
function openVersionBench(limits: Partial<ReadLimits> = {}) {
  const bench = openReaderBench({ limits: { fullReadEvery: 1_000_000, idle: 86_400_000, ...limits } });
  const { script, clock, reader } = bench;
  const remote = new Map<string, string>();
  const listed = new Map<string, string | undefined>();
  const listings: (readonly string[])[] = [];
  const versionOf = ({ key }: RemoteRef): string => remote.get(key) ?? '1';
  script.answer = async (asked) => asked.map((ref) => ({ kind: 'value', value: SecretBytes.fromUtf8(versionOf(ref)), version: versionOf(ref) }));
  script.versions = async (asked) => {
    listings.push(asked.map(({ key }) => key));
    return asked.map((ref) => (listed.has(ref.key) ? listed.get(ref.key) : versionOf(ref)));
  };
  /** Reads `count` references for an object that is due now; 40 ms pass. */
  const refresh = async (count: number, how: { readonly urgent?: boolean; readonly from?: number } = {}): Promise<readonly string[]> => {
    const read = reader.read(openStore, refs(how.from ?? 0, count), never, { since: clock.monotonic(), urgent: how.urgent === true });
    await clock.advance(40);
    return (await read).map(textOf);
  };
  const keysRead = (): readonly string[] => script.calls.flatMap(({ keys }) => keys);
  return { ...bench, remote, listed, listings, refresh, keysRead };
}

const ones = (count: number): readonly string[] => Array.from({ length: count }, () => '1');

describe('what has not changed', () => {
  it('costs the listing’s calls alone, wave for wave', async () => {
    const { clock, refresh, script, listings, compared } = openVersionBench();
    await refresh(100);
    for (let wave = 0; wave < 5; wave += 1) {
      await clock.advance(minute);
      expect(await refresh(100)).toEqual(ones(100));
    }

    expect(script.calls).toHaveLength(5);
    expect(listings.map((keys) => keys.length)).toEqual([100, 100, 100, 100, 100]);
    expect(compared.map(({ outcome, refs: asked }) => [outcome, asked])).toEqual(Array.from({ length: 5 }, () => ['ok', 100]));
  });

  it('is asked for once for all objects of a wave, also for those that come when the listing is over', async () => {
    const { clock, reader, refresh, script, listings } = openVersionBench();
    await refresh(100);
    await clock.advance(minute);
    const since = clock.monotonic();
    for (let object = 0; object < 20; object += 1) {
      const read = reader.read(openStore, refs(object * 5, 5), never, { since });
      await clock.advance(30);
      expect((await read).map(textOf)).toEqual(ones(5));
    }

    expect(listings).toHaveLength(1);
    expect(script.calls).toHaveLength(5);
  });

  it('is shared by those who come while the listing is under way, if they were due when it began', async () => {
    const { clock, reader, refresh, script, listings } = openVersionBench();
    await refresh(20);
    await clock.advance(minute);
    const gate = Promise.withResolvers<void>();
    const answer = script.versions;
    script.versions = async (asked, signal) => {
      await gate.promise;
      return (await answer?.(asked, signal)) ?? [];
    };
    const since = clock.monotonic();
    const reads = [reader.read(openStore, refs(0, 10), never, { since })];
    await clock.advance(100);
    reads.push(reader.read(openStore, refs(5, 10), never, { since }), reader.read(openStore, refs(0, 5), never, { since: clock.monotonic() }));
    await clock.advance(100);
    gate.resolve();
    await clock.advance(100);

    expect((await Promise.all(reads)).flat().map(textOf)).toEqual(ones(25));
    expect(listings).toHaveLength(2);
    expect(script.calls).toHaveLength(1);
  });
});

describe('a full read', () => {
  it('is made of what has another version, or none that is told, and of nothing else', async () => {
    const { clock, refresh, remote, listed, script } = openVersionBench();
    await refresh(100);
    await clock.advance(minute);
    remote.set('key-3', '2');
    listed.set('key-4', undefined);
    const told = await refresh(100);

    expect([told[3], told[4], told[5]]).toEqual(['2', '1', '1']);
    expect(script.calls.slice(5).map(({ keys }) => keys)).toEqual([['key-3', 'key-4']]);
  });

  it('is made of what is urgent, whatever a listing says', async () => {
    const { clock, refresh, remote, listed, listings } = openVersionBench();
    await refresh(10);
    await clock.advance(minute);
    remote.set('key-0', '2');
    listed.set('key-0', '1');
    expect((await refresh(10))[0]).toBe('1');
    const since = clock.monotonic();

    expect((await refresh(1, { urgent: true }))[0]).toBe('2');
    expect(listings).toHaveLength(1);
    expect(since).toBeLessThan(clock.monotonic());
  });

  it('is not undone by a listing that lags behind', async () => {
    const { clock, refresh, remote, listed } = openVersionBench();
    await refresh(10);
    remote.set('key-0', '2');
    listed.set('key-0', '1');
    expect((await refresh(1, { urgent: true }))[0]).toBe('2');
    await clock.advance(minute);

    expect((await refresh(10))[0]).toBe('2');
  });

  it('is made at every tenth refresh, of each value at another one, and no more often', async () => {
    const { clock, refresh, script, keysRead } = openVersionBench({ fullReadEvery: 10 });
    await refresh(200);
    const perWave: number[] = [];
    for (let wave = 0; wave < 40; wave += 1) {
      await clock.advance(minute / 2);
      const before = keysRead().length;
      await refresh(200);
      perWave.push(keysRead().length - before);
    }

    expect(perWave.slice(10).reduce((sum, count) => sum + count, 0)).toBe(3 * 200);
    expect(Math.max(...perWave)).toBeLessThan(60);
    expect(script.calls.length).toBeGreaterThan(0);
  });

  it('is made after an hour at the latest, and spread over the half of it before', async () => {
    const { clock, refresh, keysRead } = openVersionBench({ fullReadAfter: 60 * minute });
    await refresh(200);
    const perWave: number[] = [];
    for (let wave = 0; wave < 6; wave += 1) {
      const before = keysRead().length;
      await clock.advance(10 * minute);
      await refresh(200);
      perWave.push(keysRead().length - before);
    }

    expect(perWave.slice(0, 2)).toEqual([0, 0]);
    expect(perWave.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(Math.max(...perWave)).toBeLessThan(120);
  });
});

describe('a listing that does not answer', () => {
  it.each(['denied', 'unsupported'] as const)('for good (%s) is asked again after an hour; until then all is read', async (kind) => {
    const { clock, refresh, script, listings } = openVersionBench();
    const answer = script.versions;
    await refresh(20);
    let asked = 0;
    script.versions = async () => {
      asked += 1;
      throw new ProviderError(kind, 'no listing for you');
    };
    for (let wave = 0; wave < 3; wave += 1) {
      await clock.advance(10 * minute);
      expect(await refresh(20)).toEqual(ones(20));
    }
    expect(asked).toBe(1);
    expect(script.calls).toHaveLength(4);
    script.versions = answer;
    await clock.advance(60 * minute);
    await refresh(20);
    await clock.advance(minute);
    await refresh(20);

    expect(listings).toHaveLength(1);
  });

  it.each([
    ['is throttled', () => Promise.reject(new ProviderError('throttled', 'slow down', { retryAfter: 500 }))],
    ['is down', () => Promise.reject(new ProviderError('unavailable', 'down'))],
    ['makes no sense', async () => ['1']],
  ])('for the moment (it %s) leaves its wave to be read, and is asked at the next', async (_, answer) => {
    const { clock, reader, refresh, script, compared } = openVersionBench();
    await refresh(20);
    script.versions = answer;
    for (let wave = 0; wave < 2; wave += 1) {
      await clock.advance(minute);
      const read = reader.read(openStore, refs(0, 20), never, { since: clock.monotonic() });
      await clock.advance(1000);
      expect((await read).map(textOf)).toEqual(ones(20));
    }

    expect(compared).toHaveLength(2);
    expect(script.calls).toHaveLength(3);
  });

  it('in time holds up a refresh now and then, and more and more seldom, until it answers', async () => {
    const { clock, reader, refresh, script, listings } = openVersionBench({ deadline: 5000 });
    await refresh(20);
    const answer = script.versions;
    let asked = 0;
    script.versions = (_, signal) => {
      asked += 1;
      return hang(signal);
    };
    const minutes = async (count: number): Promise<void> => {
      for (let at = 0; at < count; at += 1) {
        await clock.advance(minute - 5100);
        const read = reader.read(openStore, refs(0, 20), never, { since: clock.monotonic() });
        await clock.advance(5100);
        expect((await read).map(textOf)).toEqual(ones(20));
      }
    };
    await minutes(60);
    expect(asked).toBe(7);
    script.versions = answer;
    await minutes(60);
    expect(listings.length).toBeGreaterThan(20);
  });

  it('in time takes nobody along who waits for the next', async () => {
    const { clock, reader, refresh, script, compared } = openVersionBench({ deadline: 5000 });
    await refresh(20);
    await clock.advance(minute);
    script.versions = (_, signal) => hang(signal);
    const first = reader.read(openStore, refs(0, 20), never, { since: clock.monotonic() });
    await clock.advance(2000);
    const second = reader.read(openStore, refs(0, 20), never, { since: clock.monotonic() });
    await clock.advance(3100);

    expect((await Promise.all([first, second])).flat().map(textOf)).toEqual(ones(40));
    expect(compared).toHaveLength(1);
  });

  it('in time is not waited for, and nor once all who waited are gone', async () => {
    const { clock, reader, refresh, script, compared } = openVersionBench({ deadline: 5000 });
    await refresh(20);
    await clock.advance(minute);
    script.versions = (_, signal) => hang(signal);
    const late = reader.read(openStore, refs(0, 20), never, { since: clock.monotonic() });
    await clock.advance(5100);
    expect((await late).map(textOf)).toEqual(ones(20));
    await clock.advance(minute);
    const leaving = new AbortController();
    const left = reader.read(openStore, refs(0, 20), leaving.signal, { since: clock.monotonic() });
    await clock.advance(100);
    leaving.abort(new Error('went away'));
    await expect(left).rejects.toThrow('went away');
    await clock.settle();

    expect(compared.map(({ outcome }) => outcome)).toEqual(['unavailable', 'aborted']);
  });

  it('for lack of a turn is given up, and so is the read that waits in its place', async () => {
    const { clock, reader, refresh, script, listings } = openVersionBench({ patience: 2000, refusedPatience: 2000 });
    await refresh(20);
    await clock.advance(minute);
    script.answer = () => Promise.reject(new ProviderError('throttled', 'slow down', { retryAfter: 30_000 }));
    const urgent = reader.read(openStore, refs(50, 1), never, { urgent: true });
    await clock.advance(20);
    const read = reader.read(openStore, refs(0, 2), never, { since: clock.monotonic() });
    await clock.advance(5000);

    const waited = 'throttled: waited 2 s for its turn: the provider asks to slow down';
    expect((await Promise.all([urgent, read])).flat().map(textOf)).toEqual(['throttled: slow down', waited, waited]);
    expect(listings).toHaveLength(0);
    await reader.close();
    expect(clock.pending()).toBe(0);
  });

  it('does not keep those waiting who wait when all is closed', async () => {
    const { clock, reader, refresh, script } = openVersionBench();
    await refresh(20);
    await clock.advance(minute);
    script.versions = (_, signal) => hang(signal);
    const read = reader.read(openStore, refs(0, 1), never, { since: clock.monotonic() });
    await clock.advance(100);
    await reader.close();

    expect((await read).map(textOf)).toEqual(['unavailable: Prelude is shutting down']);
  });
});

describe('a listing of very many values', () => {
  it('is not asked for the sake of a few, whose read costs less, until they have become many', async () => {
    const { clock, refresh, listings, script } = openVersionBench();
    await refresh(400);
    await clock.advance(minute);
    await refresh(1);
    expect(listings).toHaveLength(1);
    for (let wave = 0; wave < 50; wave += 1) {
      await clock.advance(1000);
      await refresh(1);
    }
    expect(listings).toHaveLength(2);

    expect(script.calls.length).toBe(20 + 49);
  });

  it('is asked at once where the last one was of use to many', async () => {
    const { clock, refresh, listings, script } = openVersionBench();
    await refresh(400);
    for (let wave = 0; wave < 3; wave += 1) {
      await clock.advance(minute);
      await refresh(400);
    }

    expect(listings).toHaveLength(3);
    expect(script.calls).toHaveLength(20);
  });
});
