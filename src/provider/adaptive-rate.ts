/** What is taken off the rate that was refused. */
const decrease = 0.1;
/** Milliseconds after which the rate is back where it was refused. */
const recovery = 10_000;
/** The rate never falls below this, in calls per second. */
const slowest = 0.5;
/** What a service is thought to take at least when it refuses for the first time: it may be that hardly anything was asked. */
const firstGuess = 10;
/** Over how long the answered calls are counted, in milliseconds; the longer where the shorter holds too few. */
const spans = { short: 1000, long: 5000, few: 5 };

/**
 * How many calls per second a service takes, learnt from what it refuses. There is no limit until it throttles. Then the rate falls a
 * little below what it has answered of late, comes near it again, stays there for a while, and goes beyond it to see whether more is
 * taken by now: the time between two refusals is long, and little is lost in it.
 */
export class AdaptiveRate {
  #ceiling = Infinity;
  /** When the rate fell, on the monotonic clock. */
  #fell = -Infinity;
  readonly #answered: number[] = [];

  /** Calls per second at a moment; Infinity: no limit. */
  perSecond(now: number): number {
    if (this.#ceiling === Infinity) return Infinity;
    const t = Math.max(0, now - this.#fell) / recovery;
    return this.#ceiling * (1 + decrease * (t - 1) ** 3);
  }

  /** A call was answered, whatever with. */
  answered(now: number): void {
    this.#answered.push(now);
    // drop in large steps: one by one would move the rest each time
    if (this.#answered.length > 1024 && (this.#answered[512] ?? now) < now - spans.long) this.#answered.splice(0, 512);
  }

  /**
   * A call was refused.
   * @param until when the next may begin
   */
  refused(now: number, until: number): void {
    const current = this.perSecond(now);
    const taken = Math.min(current, this.#measured(now));
    // what was answered in a short time may say too little: never to less than half at once
    const least = current === Infinity ? firstGuess : Math.max(slowest / (1 - decrease), current / 2);
    this.#ceiling = Math.max(least, taken);
    this.#fell = until;
  }

  #measured(now: number): number {
    const short = this.#count(now - spans.short);
    return short >= spans.few ? short / (spans.short / 1000) : this.#count(now - spans.long) / (spans.long / 1000);
  }

  #count(since: number): number {
    let count = 0;
    for (let index = this.#answered.length - 1; index >= 0; index -= 1) {
      if ((this.#answered[index] ?? -Infinity) < since) break;
      count += 1;
    }
    return count;
  }
}
