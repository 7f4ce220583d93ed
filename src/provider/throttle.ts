import { backoffBound } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { ProviderError } from './provider-error.ts';

/** Wait after the n-th throttled call in a row, where the provider does not say how long. */
const backoff = { base: 1000, factor: 2 };

/** How long one identity's calls are held back because its provider asked for it: those of all kinds, it counts them together. */
export class Throttle {
  readonly #clock: Clock;
  readonly #longest: number;
  #until = 0;
  #inRow = 0;

  /** @param longest the longest that one throttled answer holds calls back, in milliseconds */
  constructor(clock: Clock, longest: number) {
    this.#clock = clock;
    this.#longest = longest;
  }

  /** When the next call may begin, on the monotonic clock; may be over. */
  get until(): number {
    return this.#until;
  }

  /** Milliseconds until the next call may begin; 0 for now. */
  get remaining(): number {
    return Math.max(0, this.#until - this.#clock.monotonic());
  }

  /** Takes note of how a call ended: throttled, or not. */
  heed(throttling: ProviderError | undefined): void {
    this.#inRow = throttling === undefined ? 0 : this.#inRow + 1;
    if (throttling === undefined) return;
    const wait = throttling.retryAfter ?? backoffBound({ ...backoff, cap: this.#longest }, this.#inRow);
    this.#until = Math.max(this.#until, this.#clock.monotonic() + Math.min(wait, this.#longest));
  }
}
