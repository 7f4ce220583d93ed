import { type BackoffPolicy, backoffDelay } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { sleep } from '../../lib/sleep.ts';
import { type Message, type Send, SendError } from './message.ts';

/** What became of a message: `refused` for good, or `late`: the service did not take it in time. */
export type Sent = 'sent' | 'refused' | 'late';

export interface SendQueueOptions {
  /** Of the service, for the log. */
  readonly service: string;
  readonly send: Send;
  readonly onDone: (message: Message, sent: Sent) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Pick<Log, 'warn'>;
}

/** The messages that wait for one service. They are sent one after the other, so a service that is down is asked by one of them alone. */
export interface SendQueue {
  /** False where too many wait: whoever asks again later may have more luck. What waits under the same key is replaced: it is old news. */
  readonly add: (key: string, message: Message) => boolean;
  /** What is yet to be sent under a key. */
  readonly waiting: (key: string) => Message | undefined;
  /** Lets what is being sent end, until the signal aborts; what waits is dropped. */
  readonly close: (signal: AbortSignal) => Promise<void>;
}

/** Messages that may wait: some megabytes. */
const most = 1_000;
/** Milliseconds that a message is worth sending. */
export const worthSending = 3_600_000;
const backoff: BackoffPolicy = { base: 1_000, factor: 2, cap: 60_000 };

export function createSendQueue(options: SendQueueOptions): SendQueue {
  const { clock } = options;
  // a Map keeps the order of insertion
  const waiting = new Map<string, { readonly message: Message; readonly expires: number }>();
  const ending = new AbortController();
  let isClosed = false;
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (const [key, { message, expires }] of waiting) {
      const sent = await attempt(options, message, { expires, isReplaced: () => waiting.get(key)?.message !== message || isClosed }, ending.signal);
      if (sent === undefined) {
        if (isClosed) return;
        // something newer stands there now: its turn is next
        continue;
      }
      // something newer may have come while this one was on its way
      if (waiting.get(key)?.message === message) waiting.delete(key);
      await options.onDone(message, sent);
      if (isClosed) return;
    }
  }

  function start(): void {
    if (working !== undefined || isClosed) return;
    working = work()
      .catch((error: unknown) => options.log.warn({ service: options.service, error }, 'a notification could not be sent'))
      .finally(() => {
        working = undefined;
        if (waiting.size > 0) start();
      });
  }

  return {
    add: (key, message) => {
      if (isClosed) return false;
      const known = waiting.get(key);
      if (known?.message.id === message.id) return true;
      if (known === undefined && waiting.size >= most) return false;
      waiting.set(key, { message, expires: clock.monotonic() + worthSending });
      start();
      return true;
    },
    waiting: (key) => waiting.get(key)?.message,
    close: async (signal) => {
      isClosed = true;
      const abort = (): void => ending.abort(new DOMException('stopped', 'AbortError'));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      await working;
      signal.removeEventListener('abort', abort);
    },
  };
}

interface Chance {
  /** On the clock's `monotonic`. */
  readonly expires: number;
  readonly isReplaced: () => boolean;
}

/** Sends a message until it is taken, refused, late, or replaced: then there is no answer. */
async function attempt({ send, service, clock, random, log }: SendQueueOptions, message: Message, { expires, isReplaced }: Chance, signal: AbortSignal): Promise<Sent | undefined> {
  const about = { service, application: `${message.namespace}/${message.name}`, trigger: message.trigger };
  for (let failures = 1; !isReplaced(); failures += 1) {
    try {
      await send(message, signal);
      return 'sent';
    } catch (error) {
      if (signal.aborted) return undefined;
      const isFinal = !(error instanceof SendError) || error.isFinal;
      // nobody vouches for the message of any other error
      if (isFinal) log.warn({ ...about, ...(error instanceof SendError ? { cause: error.message } : { error }) }, 'a notification was refused');
      if (isFinal) return 'refused';
      const wait = Math.max(error.retryAfter ?? 0, backoffDelay(backoff, failures, random));
      if (clock.monotonic() + wait >= expires) {
        log.warn({ ...about, cause: error.message }, 'a notification was given up');
        return 'late';
      }
      if (failures === 1) log.warn({ ...about, cause: error.message }, 'a notification is sent again');
      await sleep(clock, wait, signal).catch(() => {});
    }
  }
  return undefined;
}
