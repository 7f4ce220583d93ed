import type { Cancel, Clock } from '../../lib/clock.ts';
import { type ChangeNotice, noticeId } from '../../provider/change-notice.ts';

export interface NoticeQueueOptions {
  /** Wakes whom a notice concerns. */
  readonly wake: (notice: ChangeNotice) => void;
  readonly clock: Clock;
  /** How many different notices may wait. */
  readonly most: number;
}

/** How many are handed on in one turn of the event loop: a storm of them must not keep everything else waiting. */
const inOneTurn = 50;

/**
 * Notices on their way, each kind once: a change that several senders tell of, or one sender in several events, wakes its readers once.
 * Nothing is done while a request is answered.
 */
export class NoticeQueue {
  readonly #options: NoticeQueueOptions;
  readonly #waiting = new Map<string, ChangeNotice>();
  #cancel: Cancel | undefined;

  constructor(options: NoticeQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** All of them, or none where there is no room for all. */
  add(notices: readonly ChangeNotice[]): boolean {
    const fresh = new Map(notices.map((notice) => [noticeId(notice), notice]));
    const added = [...fresh].filter(([id]) => !this.#waiting.has(id));
    if (this.#waiting.size + added.length > this.#options.most) return false;
    for (const [id, notice] of added) this.#waiting.set(id, notice);
    if (this.#waiting.size > 0) this.#cancel ??= this.#options.clock.after(0, () => this.#turn());
    return true;
  }

  /** Drops what waits. */
  close(): void {
    this.#cancel?.();
    this.#waiting.clear();
  }

  #turn(): void {
    this.#cancel = undefined;
    let left = inOneTurn;
    for (const [id, notice] of this.#waiting) {
      if (left === 0) break;
      left -= 1;
      this.#waiting.delete(id);
      this.#options.wake(notice);
    }
    if (this.#waiting.size > 0) this.#cancel = this.#options.clock.after(0, () => this.#turn());
  }
}
