import type { KubeObject } from '../../api/object.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { KubeError } from '../kube-error.ts';

/** Something that happened to an object. Every change has the next resourceVersion. */
export interface Change {
  readonly type: 'added' | 'modified' | 'deleted';
  /** The id of the object's kind. */
  readonly kind: string;
  readonly version: number;
  /** As it is now; of a deleted one, as it was last. */
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

/** Nothing happened for a while, up to this version. */
export interface Quiet {
  readonly type: 'quiet';
  readonly version: number;
}

/**
 * The latest changes, for those who follow. Followers hold a place in it and no buffer of their own, so a slow one costs
 * nothing; one that falls behind what is kept is told to start over.
 */
export class ChangeLog {
  readonly #clock: Clock;
  readonly #limit: number;
  #changes: Change[] = [];
  /** The version of the change before the first one kept. */
  #floor: number;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  /** @param version what has happened so far is not known to the log */
  constructor(version: number, options: { readonly clock: Clock; readonly limit: number }) {
    this.#floor = version;
    this.#clock = options.clock;
    this.#limit = options.limit;
  }

  /** The version of the last change. */
  get version(): number {
    return this.#floor + this.#changes.length;
  }

  append(change: Omit<Change, 'version'>): void {
    this.#changes.push({ ...change, version: this.version + 1 });
    // cut rarely, so that an append costs constant time on average
    if (this.#changes.length >= 2 * this.#limit) {
      this.#changes = this.#changes.slice(-this.#limit);
      this.#floor = (this.#changes[0]?.version ?? 1) - 1;
    }
    this.#wakeAll();
  }

  /** Ends all followers. */
  close(): void {
    this.#closed = true;
    this.#wakeAll();
  }

  /**
   * The changes after a version, as they happen, and after every `quietAfter` milliseconds without one a sign of life.
   * @throws KubeError `expired` where they are not kept any more (or were never known); the signal's reason when it aborts
   */
  async *follow(version: number, quietAfter: number, signal: AbortSignal): AsyncGenerator<Change | Quiet, void> {
    let at = version;
    while (!this.#closed) {
      signal.throwIfAborted();
      if (at < this.#floor || at > this.version) throw new KubeError('expired', `changes since resourceVersion ${at} are not kept; list again`);
      const change = this.#changes[at - this.#floor];
      if (change !== undefined) {
        at = change.version;
        yield change;
      } else if (!(await this.#changed(quietAfter, signal))) {
        yield { type: 'quiet', version: at };
      }
    }
  }

  /** Resolves with whether something happened; also when the signal aborts, which the caller looks at. */
  #changed(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const end = (happened: boolean): void => {
        cancel();
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve(happened);
      };
      const wake = (): void => end(true);
      cancel = this.#clock.after(ms, () => end(false));
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake();
  }
}
