import { backoffBound } from '../lib/backoff.ts';
import type { ProviderError } from './provider-error.ts';

/** Wait after the n-th throttled call in a row, where the provider does not say how long. */
const backoff = { base: 1000, factor: 2 };

/** How long calls are held back because the provider asked for it. Times are milliseconds on the monotonic clock. */
export class Throttle {
  readonly #longest: number;
  #until = 0;
  #heeded = -Infinity;
  #inRow = 0;

  /** @param longest the longest that one throttled answer holds calls back */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** When the next call may begin; may be over. */
  get until(): number {
    return this.#until;
  }

  /**
   * Takes note of a call that was throttled. Calls that had begun before one of them was heeded say the same thing once more: they ask
   * for no longer wait, unless they name it.
   * @returns whether this is news
   */
  heed(throttling: ProviderError, begun: number, now: number): boolean {
    const isNews = begun >= this.#heeded;
    if (isNews) {
      this.#inRow += 1;
      this.#heeded = now;
    }
    const wait = throttling.retryAfter ?? (isNews ? backoffBound({ ...backoff, cap: this.#longest }, this.#inRow) : 0);
    this.#until = Math.max(this.#until, now + Math.min(wait, this.#longest));
    return isNews;
  }

  /** A call went well. */
  relent(begun: number): void {
    if (begun >= this.#heeded) this.#inRow = 0;
  }
}
