import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { defaultEventLimits, type EventLimits, type EventSink, type EventSubject, limitEvents } from './event-sink.ts';

function limited(limits: Partial<EventLimits>): { readonly clock: FakeClock; readonly sink: EventSink; readonly recorded: string[] } {
  const clock = createFakeClock();
  const recorded: string[] = [];
  const sink = limitEvents({ record: ({ metadata }, { message }) => recorded.push(`${metadata.name} ${message}`) }, clock, { ...defaultEventLimits, ...limits });
  return { clock, sink, recorded };
}

function thing(name: string): EventSubject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, uid: `uid-${name}` } };
}

function say(sink: EventSink, name: string, times: number): void {
  for (let time = 1; time <= times; time += 1) sink.record(thing(name), { type: 'Normal', reason: 'R', message: String(time) });
}

describe('limited events', () => {
  it('lets a burst of each object through, then one at a time', async () => {
    const { clock, sink, recorded } = limited({ object: { burst: 2, every: 60_000 } });

    say(sink, 'a', 5);
    await clock.advance(60_000);
    say(sink, 'a', 2);

    expect(recorded).toEqual(['a 1', 'a 2', 'a 1']);
  });

  it('limits all objects together', async () => {
    const { clock, sink, recorded } = limited({ total: { burst: 3, every: 100 } });

    for (const name of ['a', 'b', 'c', 'd']) say(sink, name, 1);
    await clock.advance(100);
    say(sink, 'e', 1);

    expect(recorded).toEqual(['a 1', 'b 1', 'c 1', 'e 1']);
  });

  it('remembers a bounded number of objects, those used last', () => {
    const { sink, recorded } = limited({ object: { burst: 1, every: 60_000 }, remembered: 2 });

    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) say(sink, name, 1);

    // `b` was forgotten when `c` came, `a` was not
    expect(recorded).toEqual(['a 1', 'b 1', 'c 1', 'b 1']);
  });
});
