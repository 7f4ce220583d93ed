import { type BackoffPolicy, backoffDelay } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { sleep } from '../../lib/sleep.ts';
import type { PulledSource, TakeEvents } from '../../provider/notice-source.ts';
import { asProviderError } from '../../provider/provider-error.ts';
import { createQuietLog } from './quiet-log.ts';

export interface PullLoopOptions {
  readonly name: string;
  readonly source: PulledSource;
  readonly take: TakeEvents;
  /** Whether anything would be taken: what is pulled and not taken is kept from others meanwhile. */
  readonly isReady: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const backoff: BackoffPolicy = { base: 1_000, factor: 2, cap: 60_000 };
/** Milliseconds before the next question where there was no room, or the service answered at once with nothing. */
const pause = 1_000;

/** Asks a source again and again until the signal aborts; after failures more and more seldom. Ends its connections then. */
export async function pullUntil(signal: AbortSignal, { name, source, take, isReady, clock, random, log }: PullLoopOptions): Promise<void> {
  const tell = createQuietLog({ log, clock }, 'events could not be pulled');
  let failures = 0;
  try {
    while (!signal.aborted) {
      if (!isReady()) {
        await sleep(clock, pause, signal);
        continue;
      }
      const askedAt = clock.monotonic();
      try {
        const { taken, malformed, full } = await source.pull(take, signal);
        if (failures > 0) log.info({ source: name }, 'events are pulled again');
        failures = 0;
        if (malformed > 0) tell(name, 'messages are no events of the provider, and were dropped');
        if (full || (taken === 0 && clock.monotonic() - askedAt < pause)) await sleep(clock, pause, signal);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        const { message, retryAfter = 0 } = asProviderError(error, 'the source');
        tell(name, message);
        await sleep(clock, Math.max(retryAfter, backoffDelay(backoff, failures, random)), signal);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await source.close();
  }
}
