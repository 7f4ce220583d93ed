import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openReaderBench, openStore, textOf } from '../../test/support/reader-bench.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { ReadResult } from './contract.ts';
import { ProviderError } from './provider-error.ts';

/** One object that asks: which keys, when, how, and whether it goes away again. */
const asks = fc.array(
  fc.record({
    keys: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
    pause: fc.integer({ min: 0, max: 60 }),
    /** How long ago it became due; absent: it does not say. */
    ago: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
    urgent: fc.boolean(),
    leavesAfter: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined, freq: 6 }),
  }),
  { minLength: 1, maxLength: 25 },
);
/** How the provider takes its calls, one after the other. */
const moods = fc.array(fc.record({ takes: fc.integer({ min: 0, max: 80 }), what: fc.constantFrom('answers', 'answers', 'answers', 'throttles', 'fails', 'refuses the batch') }), { maxLength: 40 });

const settings = fc.record({ batchSize: fc.integer({ min: 1, max: 5 }), concurrency: fc.integer({ min: 1, max: 3 }), rate: fc.option(fc.record({ perSecond: fc.integer({ min: 5, max: 100 }), burst: fc.integer({ min: 1, max: 5 }) }), { nil: undefined }), hasVersions: fc.boolean() });

it('every request is answered once, by what was true when it was due or later; equal references share; and no call too many begins', async () => {
  await fc.assert(
    fc.asyncProperty(asks, moods, settings, async (objects, mood, { batchSize, concurrency, rate, hasVersions }) => {
      const { script, clock, reader } = openReaderBench({ batchSize, limits: { concurrency, concurrentRefs: 1 } });
      const begins: number[] = [];
      const inFlight = new Set<number>();
      let most = 0;
      script.rate = rate;
      // a value says when it was read, and changes all the time
      const valueNow = (): ReadResult => ({ kind: 'value', value: SecretBytes.fromUtf8(String(clock.monotonic())), version: String(Math.floor(clock.monotonic() / 100)) });
      if (hasVersions) script.versions = async (asked) => asked.map(() => String(Math.floor(clock.monotonic() / 100)));
      script.answer = async (asked, signal) => {
        const index = begins.push(clock.monotonic()) - 1;
        inFlight.add(index);
        most = Math.max(most, inFlight.size);
        // as a client does that ends its request: what nobody waits for is not in flight any more
        signal.addEventListener('abort', () => inFlight.delete(index), { once: true });
        const { takes, what } = mood[index] ?? { takes: 5, what: 'answers' };
        const results = asked.map(valueNow);
        await new Promise<void>((resolve) => void clock.after(takes, resolve));
        inFlight.delete(index);
        if (what === 'throttles') throw new ProviderError('throttled', 'slow down', { retryAfter: 50 });
        if (what === 'fails') throw new ProviderError('unavailable', 'down');
        if (what === 'refuses the batch' && asked.length > 1) throw new ProviderError('invalid', 'some name is wrong');
        return results;
      };

      let answers = 0;
      const told: { readonly moment: number; readonly isTold: boolean; readonly results: readonly string[] }[] = [];
      const reads = objects.map(async ({ keys, ago, urgent, leavesAfter }, index) => {
        const startsAt = objects.slice(0, index + 1).reduce((sum, one) => sum + one.pause, 0);
        await new Promise<void>((resolve) => void clock.after(startsAt, resolve));
        const now = clock.monotonic();
        const leaving = new AbortController();
        if (leavesAfter !== undefined) clock.after(leavesAfter, () => leaving.abort(new Error('went away')));
        const how = { urgent, ...(ago === undefined ? {} : { since: Math.max(0, now - ago) }) };
        try {
          const results = await reader.read(openStore, keys.map((key) => ({ key: `key-${key}` })), leaving.signal, how);
          told.push({ moment: how.since ?? now, isTold: ago !== undefined && !urgent && hasVersions, results: results.map(textOf) });
          expect(results).toHaveLength(keys.length);
        } catch (error) {
          expect(leaving.signal.aborted).toBe(true);
          expect(error).toEqual(new Error('went away'));
        }
        answers += 1;
      });
      await clock.advance(120_000);
      await Promise.all(reads);

      expect(answers).toBe(objects.length);
      for (const { moment, isTold, results } of told) {
        for (const result of results) {
          if (result.startsWith('unavailable')) continue;
          // where versions were compared the value may be older, but is the one of that version
          const at = Number(result);
          expect(isTold ? Math.floor(at / 100) : at).toBeGreaterThanOrEqual(isTold ? Math.floor(moment / 100) : moment);
        }
      }
      // one more than may be: a place is kept for what is urgent
      expect(most).toBeLessThanOrEqual(concurrency + 1);
      if (rate !== undefined) for (const [index, begun] of begins.entries()) expect(index + 1).toBeLessThanOrEqual(rate.burst + (begun / 1000) * rate.perSecond + 0.001);
      await reader.close();
      expect(clock.pending()).toBe(0);
    }),
    { numRuns: 250 },
  );
}, 60_000);

it('equal references that were due at one moment are never in flight twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 4 }), async (objects, batchSize) => {
      const { script, clock, reader } = openReaderBench({ batchSize });
      script.answer = async (asked) => {
        await new Promise<void>((resolve) => void clock.after(30, resolve));
        return asked.map(({ key }) => ({ kind: 'value', value: SecretBytes.fromUtf8(key) }));
      };
      const reads: Promise<readonly ReadResult[]>[] = [];
      for (const keys of objects) {
        reads.push(reader.read(openStore, keys.map((key) => ({ key: `key-${key}` })), new AbortController().signal, { since: 0 }));
        await clock.advance(7);
      }
      await clock.advance(1000);
      expect((await Promise.all(reads)).map((results) => results.map(textOf))).toEqual(objects.map((keys) => keys.map((key) => `key-${key}`)));
      const asked = script.calls.flatMap(({ keys }) => keys);
      expect(asked).toHaveLength(new Set(asked).size);
    }),
    { numRuns: 20 },
  );
}, 60_000);
