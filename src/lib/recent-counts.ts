import { LruMap } from './lru-map.ts';

/** Counts what happened to each of many things within a span that ends now: enough to see that somebody does it for ever. */
export class RecentCounts {
  readonly #times: LruMap<readonly number[]>;
  readonly #span: number;

  /**
   * @param span milliseconds that a happening counts for
   * @param remembered how many things are remembered at most; those that nothing happened to for longest are forgotten
   */
  constructor(span: number, remembered: number) {
    this.#span = span;
    this.#times = new LruMap(remembered);
  }

  /** How often it happened to `id` within the span before `now`, which is on a monotonic scale. */
  count(id: string, now: number): number {
    return this.#recent(id, now).length;
  }

  /** It happens to `id` now. */
  record(id: string, now: number): void {
    this.#times.set(id, [...this.#recent(id, now), now]);
  }

  #recent(id: string, now: number): readonly number[] {
    return (this.#times.get(id) ?? []).filter((at) => now - at < this.#span);
  }
}
