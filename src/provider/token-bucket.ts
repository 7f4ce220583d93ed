/** Tokens are fractions: what is lacking by no more than this is an error of rounding. */
const tolerance = 1e-6;

/** Lets so many calls begin in a second, evenly, and a few at once after a rest. The rate may change; it is asked for each time. */
export class TokenBucket {
  readonly #perSecond: (now: number) => number;
  readonly #burst: (perSecond: number) => number;
  #tokens: number;
  #at: number;

  /**
   * @param perSecond the rate at a moment, in milliseconds; Infinity: no limit
   * @param burst how many tokens it holds at a rate, at least 1
   */
  constructor(perSecond: (now: number) => number, burst: (perSecond: number) => number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst(perSecond(now));
    this.#at = now;
  }

  /** Milliseconds until a call may begin; 0 for now. */
  wait(now: number): number {
    const rate = this.#refill(now);
    return this.#tokens >= 1 - tolerance ? 0 : ((1 - this.#tokens) / rate) * 1000;
  }

  /** A call begins. */
  take(now: number): void {
    this.#refill(now);
    this.#tokens -= 1;
  }

  /** From `now` on, which may lie ahead, one call may begin; it fills from there. */
  reset(now: number): void {
    this.#tokens = 1;
    this.#at = now;
  }

  #refill(now: number): number {
    const rate = this.#perSecond(now);
    const burst = this.#burst(rate);
    const more = rate === Infinity ? Infinity : (Math.max(0, now - this.#at) / 1000) * rate;
    this.#tokens = Math.min(burst, this.#tokens + more);
    this.#at = Math.max(this.#at, now);
    return rate;
  }
}
