import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { type Change, ChangeLog, type Quiet } from './change-log.ts';

const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'a' } };
const change: Omit<Change, 'version'> = { type: 'added', kind: 'X', object };

function log(version: number, limit: number): { readonly changes: ChangeLog; readonly clock: ReturnType<typeof createFakeClock> } {
  const clock = createFakeClock();
  return { clock, changes: new ChangeLog(version, { clock, limit }) };
}

describe('the change log', () => {
  it('keeps the latest changes only, and tells those who are behind to start over', async () => {
    const { changes } = log(10, 3);
    const { signal } = new AbortController();
    for (let count = 0; count < 100; count += 1) changes.append(change);

    expect(changes.version).toBe(110);
    await expect(changes.follow(50, 1_000, signal).next()).rejects.toMatchObject({ kind: 'expired' });
    await expect(changes.follow(111, 1_000, signal).next()).rejects.toMatchObject({ kind: 'expired' });
    expect(await changes.follow(109, 1_000, signal).next()).toMatchObject({ value: { version: 110 } });
  });

  it('tells a follower that falls behind while it is busy', async () => {
    const { changes } = log(0, 2);
    changes.append(change);
    const following = changes.follow(0, 1_000, new AbortController().signal);
    await following.next();

    for (let count = 0; count < 10; count += 1) changes.append(change);

    await expect(following.next()).rejects.toMatchObject({ kind: 'expired' });
  });

  it('gives a sign of life where nothing happens, and leaves no timer when its follower stops', async () => {
    const { changes, clock } = log(5, 10);
    const stop = new AbortController();
    const seen: (Change | Quiet)[] = [];
    const following = (async () => {
      for await (const next of changes.follow(5, 60_000, stop.signal)) seen.push(next);
    })();

    await clock.advance(60_000);
    changes.append(change);
    await clock.settle();
    stop.abort(new Error('enough'));

    await expect(following).rejects.toThrow('enough');
    expect(seen).toEqual([
      { type: 'quiet', version: 5 },
      { ...change, version: 6 },
    ]);
    expect(clock.pending()).toBe(0);
  });

  it('ends its followers when it is closed', async () => {
    const { changes, clock } = log(0, 10);
    const following = changes.follow(0, 60_000, new AbortController().signal).next();
    await clock.settle();

    changes.close();

    expect(await following).toEqual({ done: true, value: undefined });
  });
});
