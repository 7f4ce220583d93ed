import { describe, expect, it } from 'vitest';
import { silentLog } from '../lib/log.ts';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { type Parts, runUntil, type Source, type Worker } from './run-until.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly stop: AbortController;
  /** What happened, in order. */
  readonly story: string[];
  readonly sync: (name: string) => void;
  readonly run: (parts?: Partial<Parts>) => Promise<readonly string[]>;
}

function bench(): Bench {
  const clock = createFakeClock();
  const stop = new AbortController();
  const story: string[] = [];
  const sync = new Map<string, () => void>();
  const source = (name: string): Source => ({
    name,
    start: (signal) => {
      story.push(`${name} starts`);
      signal.addEventListener('abort', () => story.push(`${name} stops`));
      return { synced: new Promise((resolve) => sync.set(name, resolve)) };
    },
  });
  const worker = (name: string): Worker => ({
    name,
    start: () => void story.push(`${name} starts`),
    drain: (ms) => {
      story.push(`${name} drains within ${ms}`);
      return Promise.resolve([]);
    },
  });
  const parts: Parts = { sources: [source('secrets'), source('stores')], workers: [worker('controller')], clock, log: silentLog };
  return { clock, stop, story, sync: (name) => sync.get(name)!(), run: (more = {}) => runUntil(stop.signal, { ...parts, ...more }) };
}

describe('running until a signal', () => {
  it('starts workers when every source is in sync, and stops them before the sources', async () => {
    const { clock, stop, story, sync, run } = bench();
    const ended = run({ onReady: () => void story.push('ready'), onDrained: () => Promise.resolve(void story.push('drained')) });

    sync('secrets');
    await clock.settle();
    expect(story).toEqual(['secrets starts', 'stores starts']);
    sync('stores');
    await clock.settle();
    stop.abort();

    expect(await ended).toEqual([]);
    expect(story.slice(2)).toEqual(['controller starts', 'ready', 'controller drains within 20000', 'drained', 'secrets stops', 'stores stops']);
    expect(clock.pending()).toBe(0);
  });

  it('gives what runs no time where there is none to give, which it asks when it is told to stop', async () => {
    const { clock, stop, story, sync, run } = bench();
    let hurried = false;
    const ended = run({ hurried: () => hurried });
    for (const name of ['secrets', 'stores']) {
      sync(name);
      await clock.settle();
    }
    hurried = true;
    stop.abort();
    await ended;

    expect(story).toContain('controller drains within 0');
  });

  it('ends without having worked when it is told to stop before the caches are in sync', async () => {
    const { clock, stop, story, run } = bench();
    const ended = run();
    await clock.settle();

    stop.abort();

    expect(await ended).toEqual([]);
    expect(story).toEqual(['secrets starts', 'stores starts', 'secrets stops', 'stores stops']);
  });

  it('fails as a source fails that cannot get in sync', async () => {
    const { run, story } = bench();
    const failing: Source = { name: 'broken', start: () => ({ synced: Promise.reject(new Error('no such kind')) }) };

    await expect(run({ sources: [failing] })).rejects.toThrow('no such kind');
    expect(story).toEqual([]);
  });

  it('keeps saying what it waits for', async () => {
    const { clock, stop, sync, run } = bench();
    const warned: unknown[] = [];
    const ended = run({ log: { ...silentLog, warn: ({ missing }) => void warned.push(missing) } });
    await clock.settle();

    sync('secrets');
    await clock.advance(30_000);
    stop.abort();
    await ended;

    expect(warned).toEqual([['stores'], ['stores']]);
    expect(clock.pending()).toBe(0);
  });

  it('answers whose work was abandoned, and bounds the last writes by what is left of the time', async () => {
    const { clock, stop, run } = bench();
    const slow: Worker = { name: 'slow', start: () => {}, drain: (ms) => new Promise((resolve) => void clock.after(ms, () => resolve(['ns/a']))) };
    let lastWrites: AbortSignal | undefined;
    const ended = run({
      sources: [],
      workers: [slow],
      drainWithin: 1_000,
      onDrained: async (signal) => {
        lastWrites = signal;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    await clock.settle();

    stop.abort();
    await clock.advance(1_000);

    expect(await ended).toEqual(['slow ns/a']);
    expect(lastWrites!.aborted).toBe(true);
  });

  it('waits for no last write beyond its time, whatever that waits for', async () => {
    const { clock, stop, run, story } = bench();
    const ended = run({ sources: [], drainWithin: 1_000, onDrained: () => new Promise(() => {}) }).then(() => story.push('ended'));
    await clock.settle();

    stop.abort();
    await clock.advance(999);
    expect(story).not.toContain('ended');
    await clock.advance(1);
    await ended;

    expect(clock.pending()).toBe(0);
  });
});
