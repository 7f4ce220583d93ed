import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';

/**
 * Remembers ids for a while, and no more of them than it may: a flood makes it forget the oldest.
 */
export class RecentIds {
  readonly #window: number;
  readonly #most: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  // a Map keeps the order of insertion, which is that of time
  readonly #seen = new Map<string, number>();

  /** @param window milliseconds */
  constructor(window: number, most: number, clock: Pick<Clock, 'monotonic'>) {
    this.#window = window;
    this.#most = most;
    this.#clock = clock;
  }

  get size(): number {
    return this.#seen.size;
  }

  has(id: string): boolean {
    const at = this.#seen.get(digest(id));
    return at !== undefined && this.#clock.monotonic() - at < this.#window;
  }

  add(id: string): void {
    const now = this.#clock.monotonic();
    const key = digest(id);
    this.#seen.delete(key);
    this.#seen.set(key, now);
    for (const [oldest, at] of this.#seen) {
      if (now - at < this.#window && this.#seen.size <= this.#most) break;
      this.#seen.delete(oldest);
    }
  }
}

/** Of one length, however long ids are. */
function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 22);
}
