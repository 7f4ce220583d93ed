import type { Clock } from '../../src/lib/clock.ts';
import { sleep } from '../../src/lib/sleep.ts';
import type { CallRate } from '../../src/provider/contract.ts';

/**
 * Lets calls begin at a rate, in the order they come. The planner paces reads; this is for what one read, one search or one write makes of
 * itself, in calls that share a quota with reading.
 */
export class Pace {
  readonly #rate: CallRate;
  readonly #clock: Clock;
  /** When the next call would begin if there were no burst. */
  #next = -Infinity;

  constructor(rate: CallRate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Waits for its turn. @throws the signal's reason */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { perSecond, burst } = this.#rate;
    const now = this.#clock.monotonic();
    const step = 1000 / perSecond;
    this.#next = Math.max(this.#next, now - (burst - 1) * step);
    const wait = this.#next - now;
    this.#next += step;
    if (wait > 0) await sleep(this.#clock, wait, signal);
  }
}
