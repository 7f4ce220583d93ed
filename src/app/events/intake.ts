import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { NoticeDelivery, NoticeEvent, PushedSource, Received, TakeEvents } from '../../provider/notice-source.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import type { Accept, DeliveryAnswer } from '../../server/events/delivery.ts';
import type { NoticeQueue } from './notice-queue.ts';
import { createQuietLog } from './quiet-log.ts';
import { RecentIds } from './recent-ids.ts';
import { type EventRate, TokenBucket } from './token-bucket.ts';

/** A pushed source that runs. */
export interface OpenSource {
  readonly name: string;
  readonly rate: EventRate;
  readonly source: PushedSource;
}

export interface IntakeOptions {
  readonly sources: readonly OpenSource[];
  readonly queue: NoticeQueue;
  /** Whether it is known yet who reads what. */
  readonly isReady: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes what was sent, from whom it may: judged, counted, and enqueued; nothing is read from a provider meanwhile. */
export function createIntake({ sources, queue, isReady, clock, log }: IntakeOptions): Accept {
  const tell = createQuietLog({ log, clock }, 'an event was not taken');
  const doors = new Map(sources.map((open) => [open.name, { ...open, ...limitsOf(open, clock) }]));
  return async (name, delivery, signal) => {
    const door = doors.get(name);
    if (door === undefined) {
      tell('', 'there is no source of that name that is sent to');
      return { status: 401 };
    }
    if (!isReady()) return { status: 503, retryAfter: 5 };
    const received = await receive(door.source, delivery, signal);
    if (received.kind !== 'events') return answerTo(received, (cause) => tell(name, cause));
    const fresh = received.events.filter(({ id }) => !door.recent.has(id));
    const isTaken = fresh.length === 0 || (door.bucket.take() && queue.add(fresh.flatMap(({ notices }) => notices)));
    if (!isTaken) {
      tell(name, 'there are more than may be');
      return { status: 429, retryAfter: 1 };
    }
    for (const { id } of fresh) door.recent.add(id);
    log.debug({ source: name, events: fresh.length, again: received.events.length - fresh.length }, 'events were taken');
    return { status: 202 };
  };
}

/** The same for what is pulled, whose service repeats what is not answered for. */
export function createTake(queue: NoticeQueue, isReady: () => boolean): TakeEvents {
  return (events: readonly NoticeEvent[]) => isReady() && queue.add(events.flatMap(({ notices }) => notices));
}

/** As many ids are remembered as can be taken while they count: a replay within its time is seen whatever else comes. */
function limitsOf({ rate, source }: OpenSource, clock: Clock): { readonly bucket: TokenBucket; readonly recent: RecentIds } {
  const most = Math.min(mostIds, Math.ceil(rate.burst + (rate.perSecond * source.window) / 1000));
  return { bucket: new TokenBucket(rate, clock), recent: new RecentIds(source.window, most, clock) };
}

/** About 20 MiB, for a source that uses its rate to the full. */
const mostIds = 200_000;

async function receive(source: PushedSource, delivery: NoticeDelivery, signal: AbortSignal): Promise<Received> {
  try {
    return await source.receive(delivery, signal);
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'unavailable', cause: error.message };
    throw error;
  }
}

function answerTo(received: Exclude<Received, { readonly kind: 'events' }>, tell: (cause: string) => void): DeliveryAnswer {
  if (received.kind === 'handshake') return { status: 200, ...(received.headers === undefined ? {} : { headers: received.headers }), ...(received.body === undefined ? {} : { body: received.body }) };
  tell(received.cause);
  if (received.kind === 'unavailable') return { status: 503, retryAfter: 10 };
  return { status: received.kind === 'refused' ? 401 : 400 };
}
