import { describe, expect, it } from 'vitest';
import { delivery } from '../../../test/support/events-delivery.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createLog, silentLog } from '../../lib/log.ts';
import type { ChangeNotice } from '../../provider/change-notice.ts';
import type { Received } from '../../provider/notice-source.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { createIntake, createTake } from './intake.ts';
import { NoticeQueue } from './notice-queue.ts';
import { RecentIds } from './recent-ids.ts';
import { TokenBucket } from './token-bucket.ts';

const { signal } = new AbortController();

function notice(key: string): ChangeNotice {
  return { provider: 'vault', scope: {}, keys: [key] };
}

function events(...ids: readonly string[]): Received {
  return { kind: 'events', events: ids.map((id) => ({ id, notices: [notice(id)] })) };
}

function setUp({ perSecond = 10, burst = 20, most = 100, ready = true, log = silentLog } = {}) {
  const clock = createFakeClock();
  const woken: string[] = [];
  const queue = new NoticeQueue({ clock, most, wake: ({ keys }) => woken.push(...keys) });
  let next: Received | Error = events();
  const receive = (): Promise<Received> => (next instanceof Error ? Promise.reject(next) : Promise.resolve(next));
  const accept = createIntake({ sources: [{ name: 'vault', rate: { perSecond, burst }, source: { kind: 'push', window: 60_000, receive } }], queue, isReady: () => ready, clock, log });
  const send = async (what: Received | Error, source = 'vault'): Promise<number> => {
    next = what;
    return (await accept(source, delivery(''), signal)).status;
  };
  return { clock, woken, queue, send };
}

describe('what is sent', () => {
  it('wakes whom it concerns, after it has been answered', async () => {
    const { clock, woken, send } = setUp();
    expect(await send(events('a', 'b'))).toBe(202);
    expect(woken).toEqual([]);
    await clock.advance(0);
    expect(woken).toEqual(['a', 'b']);
  });

  it('wakes once, however often it is sent again within its time', async () => {
    const { clock, woken, send } = setUp();
    for (let count = 0; count < 5; count += 1) {
      expect(await send(events('a'))).toBe(202);
      await clock.advance(1_000);
    }
    expect(woken).toEqual(['a']);
    await clock.advance(60_000);
    await send(events('a'));
    await clock.advance(0);
    expect(woken).toEqual(['a', 'a']);
  });

  it('is told to come again where there is more of it than may be, and then counts', async () => {
    const { clock, woken, send } = setUp({ perSecond: 1, burst: 3 });
    const statuses = [];
    for (let count = 0; count < 5; count += 1) statuses.push(await send(events(`e-${count}`)));
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    await clock.advance(1_000);
    expect([await send(events('e-3')), await send(events('e-4'))]).toEqual([202, 429]);
    await clock.advance(0);
    expect(woken).toEqual(['e-0', 'e-1', 'e-2', 'e-3']);
  });

  it('is told to come again where the queue is full: all of it, or nothing', async () => {
    const { clock, woken, send, queue } = setUp({ most: 2 });
    expect([await send(events('a')), await send(events('b', 'c')), queue.size]).toEqual([202, 429, 1]);
    await clock.advance(0);
    expect(await send(events('b', 'c'))).toBe(202);
    await clock.advance(0);
    expect(woken).toEqual(['a', 'b', 'c']);
  });

  it('waits until it is known who reads what', async () => {
    expect(await setUp({ ready: false }).send(events('a'))).toBe(503);
  });

  it('has one answer for whatever is wrong with who sends, for sources that are not there too', async () => {
    const { send } = setUp();
    expect([await send({ kind: 'refused', cause: 'x' }), await send({ kind: 'refused', cause: 'y' }), await send(events('a'), 'nobody')]).toEqual([401, 401, 401]);
    expect([await send({ kind: 'malformed', cause: 'x' }), await send({ kind: 'unavailable', cause: 'x' }), await send(new ProviderError('invalid', 'x'))]).toEqual([400, 503, 503]);
  });

  it('that floods us with forgeries does not fill the log, which says how many there were', async () => {
    const lines: string[] = [];
    const { clock, send } = setUp({ log: createLog({ level: 'info', destination: { write: (line) => lines.push(line) } }) });
    for (let count = 0; count < 1_000; count += 1) await send({ kind: 'refused', cause: 'the signature is wrong' });
    expect(lines).toHaveLength(1);
    await clock.advance(10_000);
    await send({ kind: 'refused', cause: 'the signature is wrong' });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ source: 'vault', cause: 'the signature is wrong', msg: 'an event was not taken' }, { more: 999 }]);
  });
});

describe('what is pulled', () => {
  it('is taken over as far as there is room', async () => {
    const { clock, woken, queue } = setUp({ most: 2 });
    const take = createTake(queue, () => true);
    const some = (...ids: readonly string[]) => ids.map((id) => ({ id, notices: [notice(id)] }));
    expect([take(some('a', 'b')), take(some('c')), take(some('a'))]).toEqual([true, false, true]);
    await clock.advance(0);
    expect(woken).toEqual(['a', 'b']);
    expect(createTake(queue, () => false)(some('c'))).toBe(false);
  });
});

describe('the memory of ids', () => {
  it('has a bound, and forgets the oldest first', () => {
    const ids = new RecentIds(60_000, 3, createFakeClock());
    for (const id of ['a', 'b', 'c', 'd']) ids.add(id);
    expect([ids.size, ids.has('a'), ids.has('b'), ids.has('d')]).toEqual([3, false, true, true]);
  });

  it('holds nothing longer than it counts', async () => {
    const clock = createFakeClock();
    const ids = new RecentIds(1_000, 1_000, clock);
    for (let count = 0; count < 100; count += 1) ids.add(String(count));
    await clock.advance(1_000);
    ids.add('new');
    expect(ids.size).toBe(1);
  });
});

describe('a bucket', () => {
  it('lets a burst through, and its rate from then on', async () => {
    const clock = createFakeClock();
    const bucket = new TokenBucket({ perSecond: 2, burst: 5 }, clock);
    const takes = (): number => Array.from({ length: 100 }, () => bucket.take()).filter(Boolean).length;
    expect(takes()).toBe(5);
    await clock.advance(1_500);
    expect(takes()).toBe(3);
    await clock.advance(3_600_000);
    expect(takes()).toBe(5);
  });
});

describe('the queue of notices', () => {
  it('holds each of them once, and hands a storm on in portions', async () => {
    const clock = createFakeClock();
    const turns: number[] = [];
    let inTurn = 0;
    const queue = new NoticeQueue({ clock, most: 1_000, wake: () => (inTurn += 1) });
    for (let count = 0; count < 300; count += 1) queue.add([notice(`k-${count % 120}`)]);
    expect(queue.size).toBe(120);
    while (queue.size > 0) {
      inTurn = 0;
      await clock.advance(0);
      turns.push(inTurn);
    }
    expect(turns.reduce((sum, one) => sum + one, 0)).toBe(120);
  });
});
