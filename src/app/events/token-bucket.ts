import type { Clock } from '../../lib/clock.ts';

/** How often something may happen. */
export interface EventRate {
  readonly perSecond: number;
  /** At once, after a rest. */
  readonly burst: number;
}

/** Counts what may still happen just now. */
export class TokenBucket {
  readonly #rate: EventRate;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #left: number;
  #at: number;

  constructor(rate: EventRate, clock: Pick<Clock, 'monotonic'>) {
    this.#rate = rate;
    this.#clock = clock;
    this.#left = rate.burst;
    this.#at = clock.monotonic();
  }

  /** Takes one; false where there is none. */
  take(): boolean {
    const now = this.#clock.monotonic();
    this.#left = Math.min(this.#rate.burst, this.#left + ((now - this.#at) / 1000) * this.#rate.perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
