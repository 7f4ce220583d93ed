import { describe, expect, it } from 'vitest';
import type { ReaderBench } from '../../test/support/reader-bench.ts';
import { openReaderBench, openStore, refs, textOf } from '../../test/support/reader-bench.ts';
import { valueOf } from '../../test/support/scripted-provider.ts';
import type { ReadResult } from './contract.ts';
import { ProviderError } from './provider-error.ts';

const never = new AbortController().signal;
const perSecond = 40;

interface Server {
  readonly answered: () => number;
  readonly refused: () => number;
}

type Kind = 'bucket' | 'fixed window';

/** A provider of single reads that answers so many calls a second, 50 ms each, and refuses the others. */
function limitCalls({ script, clock }: ReaderBench, kind: Kind, retryAfter?: number): Server {
  let [answered, refused] = [0, 0];
  let [tokens, at] = [perSecond, 0];
  const mayCall = (): boolean => {
    const now = clock.monotonic();
    const isNewWindow = Math.floor(now / 1000) > Math.floor(at / 1000);
    if (kind === 'bucket') tokens = Math.min(perSecond, tokens + ((now - at) / 1000) * perSecond);
    else if (isNewWindow) tokens = perSecond;
    at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  script.answer = async (asked) => {
    const isAnswered = mayCall();
    await new Promise<void>((resolve) => void clock.after(isAnswered ? 50 : 5, resolve));
    if (!isAnswered) {
      refused += 1;
      throw new ProviderError('throttled', 'slow down', retryAfter === undefined ? {} : { retryAfter });
    }
    answered += 1;
    return asked.map(({ key }) => valueOf(key));
  };
  return { answered: () => answered, refused: () => refused };
}

/** Reads five references for each of 1,000 objects, 256 of them at a time, as the controller does. */
async function readFleet({ reader, clock }: ReaderBench): Promise<{ readonly seconds: number; readonly results: readonly ReadResult[] }> {
  const results: ReadResult[] = [];
  let next = 0;
  const workers = { open: 256, doneAt: 0 };
  const work = async (): Promise<void> => {
    while (next < 1000) {
      const object = next;
      next += 1;
      results.push(...(await reader.read(openStore, refs(object * 5, 5), never, { since: 0 })));
    }
    workers.open -= 1;
    workers.doneAt = clock.monotonic();
  };
  for (let worker = 0; worker < 256; worker += 1) void work();
  while (workers.open > 0 && clock.monotonic() < 600_000) await clock.advance(5000);
  return { seconds: workers.doneAt / 1000, results };
}

describe('a provider that takes 40 calls a second', () => {
  it.each<[Kind, number | undefined]>([['bucket', undefined], ['bucket', 1000], ['fixed window', undefined], ['fixed window', 1000]])(
    'answers 5,000 reads in little more than the 125 s that they must take, and refuses few (%s, asks to wait %s ms)',
    async (kind, retryAfter) => {
      const bench = openReaderBench({ batchSize: 1 });
      const server = limitCalls(bench, kind, retryAfter);
      const { seconds, results } = await readFleet(bench);

      expect(new Set(results.map(textOf))).toEqual(new Set(refs(0, 5000).map(({ key }) => key)));
      expect(seconds).toBeLessThan(1.2 * 125);
      expect(server.answered()).toBe(5000);
      expect(server.refused() / 5000).toBeLessThan(0.05);
    },
    60_000,
  );

  it('refuses nothing where its limit is known', async () => {
    const bench = openReaderBench({ batchSize: 1 });
    bench.script.rate = { perSecond, burst: perSecond };
    const server = limitCalls(bench, 'bucket');
    const { seconds } = await readFleet(bench);

    expect(seconds).toBeLessThan(1.02 * 125);
    expect(server.refused()).toBe(0);
    expect(bench.sums.held).toBeGreaterThan(100);
  }, 60_000);

  it('is asked for what is urgent before the refreshes that wait', async () => {
    const bench = openReaderBench({ batchSize: 1 });
    bench.script.rate = { perSecond, burst: 1 };
    limitCalls(bench, 'bucket');
    void bench.reader.read(openStore, refs(0, 1000), never);
    await bench.clock.advance(2000);
    const asked = bench.clock.monotonic();
    const timed = async (): Promise<number> => {
      await bench.reader.read(openStore, refs(5000, 5), never, { urgent: true });
      return bench.clock.monotonic();
    };
    const answered = timed();
    await bench.clock.advance(2000);

    // five calls, and a refresh between each three of them
    expect((await answered) - asked).toBeLessThan(7 * 25 + 60);
  });

  it('is written to, searched and checked while reads without end wait', async () => {
    const bench = openReaderBench({ batchSize: 1 });
    bench.script.rate = { perSecond, burst: 1 };
    limitCalls(bench, 'bucket');
    void bench.reader.read(openStore, refs(0, 1000), never);
    await bench.clock.advance(2000);
    const found = bench.reader.find(openStore, {}, never);
    const checked = bench.reader.validate(openStore, never);
    await bench.clock.advance(200);

    expect(await found).toEqual({ kind: 'found', values: [] });
    expect(await checked).toBe('valid');
  });

  it('lets a reference wait for minutes while others get their turn, and no longer than that', async () => {
    const bench = openReaderBench({ batchSize: 1, limits: { patience: 10_000, pacedPatience: 60_000 } });
    bench.script.rate = { perSecond: 1, burst: 1 };
    limitCalls(bench, 'bucket');

    const read = bench.reader.read(openStore, refs(0, 100), never);
    await bench.clock.advance(70_000);
    const told = (await read).map(textOf);

    expect(told.slice(0, 60)).toEqual(refs(0, 60).map(({ key }) => key));
    expect(new Set(told.slice(62))).toEqual(new Set(['throttled: waited 60 s for its turn: the provider asks to slow down']));
  });
});
