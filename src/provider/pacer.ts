import type { Cancel, Clock } from '../lib/clock.ts';
import { TenantQueue } from '../lib/tenant-queue.ts';
import { AdaptiveRate } from './adaptive-rate.ts';
import type { CallRate } from './contract.ts';
import type { ProviderError } from './provider-error.ts';
import { Throttle } from './throttle.ts';
import { TokenBucket } from './token-bucket.ts';

export interface PacerOptions {
  readonly clock: Clock;
  /** The longest that one throttled answer holds calls back, in milliseconds. */
  readonly longestHold: number;
  /** What the service is known to take; absent: what it shows to. */
  readonly rate?: CallRate | undefined;
  /** Told how long a call was held back, in milliseconds. */
  readonly onWait?: (milliseconds: number) => void;
}

/** Begins a call, if there still is one to begin. @returns whether it did */
export type Go = () => boolean;

/** Kinds of calls, which take turns. */
export type CallKind = 'read' | 'find' | 'write' | 'check';

/** What a turn is for. */
export interface TurnFor {
  readonly kind: CallKind;
  /** Whether somebody waits for it that goes before others, when it may come; absent: nobody does. */
  readonly isUrgent?: () => boolean;
}

interface Waiter extends TurnFor {
  readonly go: Go;
  readonly since: number;
}

/** How many turns in a row may be for what is urgent while others wait. */
const mostUrgentInRow = 3;
/** How much of a second's calls may be made good at once, after a timer came late. */
const catchUp = 1 / 20;
/** How long the pace counts as what calls wait for after one of them had to, in milliseconds. */
const moment = 1000;

/**
 * When calls under one identity may begin, those of all kinds: the service counts them together. No faster than the provider is known to
 * take them, nor than it has shown to, nor before it said. The kinds of calls take turns, so that many of one do not keep another waiting;
 * what is urgent goes first, in three turns of four. Within a kind turns come in the order in which they were asked for.
 */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #adaptive = new AdaptiveRate();
  readonly #throttle: Throttle;
  readonly #buckets: { readonly known?: TokenBucket; readonly shown: TokenBucket };
  readonly #waiting = new TenantQueue<Waiter>({ ofTenant: Infinity, inAll: Infinity });
  /** Those of them that may be urgent when their turn comes. */
  readonly #hurrying = new Set<Waiter>();
  #urgentInRow = 0;
  #lastAnswered = -Infinity;
  /** When a call was last found to have to wait. */
  #lastHeld = -Infinity;
  #isServing = false;
  #cancelTimer: Cancel = () => {};

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#throttle = new Throttle(options.longestHold);
    const now = options.clock.monotonic();
    const { rate } = options;
    const shown = new TokenBucket((at) => this.#adaptive.perSecond(at), (perSecond) => Math.max(1, perSecond * catchUp), now);
    this.#buckets = rate === undefined ? { shown } : { known: new TokenBucket(() => rate.perSecond, () => Math.max(1, rate.burst), now), shown };
  }

  /** Milliseconds until a call may begin; 0 for now. */
  get wait(): number {
    const now = this.#now();
    const { known, shown } = this.#buckets;
    return Math.max(0, this.#throttle.until - now, known?.wait(now) ?? 0, shown.wait(now));
  }

  /** Whether it is the pace that calls wait for, now or a moment ago. */
  get isHolding(): boolean {
    return this.wait > 0 || this.#now() - this.#lastHeld < moment;
  }

  /** When a call was last answered and not throttled, on the monotonic clock. */
  get lastAnswered(): number {
    return this.#lastAnswered;
  }

  /** Calls `go` when it is its turn, at once where nothing is in the way. */
  turn(go: Go, { kind, isUrgent }: TurnFor): Cancel {
    const waiter: Waiter = { go, kind, since: this.#now(), ...(isUrgent === undefined ? {} : { isUrgent }) };
    this.#waiting.add(kind, waiter);
    if (isUrgent !== undefined) this.#hurrying.add(waiter);
    this.#serve();
    return () => this.#drop(waiter);
  }

  /**
   * Takes note of how a call ended.
   * @param throttling where it was told to slow down
   * @param begun when it began, on the monotonic clock
   */
  heed(throttling: ProviderError | undefined, begun: number): void {
    const now = this.#now();
    if (throttling === undefined) {
      this.#lastAnswered = now;
      this.#adaptive.answered(now);
      this.#throttle.relent(begun);
      return;
    }
    if (!this.#throttle.heed(throttling, begun, now)) return;
    this.#adaptive.refused(now, this.#throttle.until);
    this.#buckets.shown.reset(this.#throttle.until);
  }

  /** Nobody gets a turn any more. */
  stop(): void {
    this.#waiting.clear();
    this.#hurrying.clear();
    this.#cancelTimer();
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #serve(): void {
    // whoever gets a turn may ask for the next at once
    if (this.#isServing) return;
    this.#isServing = true;
    this.#cancelTimer();
    while (this.#waiting.size > 0) {
      const wait = this.wait;
      if (wait > 0) {
        this.#cancelTimer = this.#options.clock.after(Math.ceil(wait), () => this.#serve());
        break;
      }
      const waiter = this.#next();
      if (waiter !== undefined) this.#grant(waiter);
    }
    this.#isServing = false;
  }

  /** Takes out whose turn it is. */
  #next(): Waiter | undefined {
    const urgent = this.#hurrying.values().find(({ isUrgent }) => isUrgent?.() === true);
    const isPassed = urgent !== undefined && this.#urgentInRow >= mostUrgentInRow && this.#waiting.turns((kind) => kind === urgent.kind, 1) > 0;
    const waiter = urgent === undefined || isPassed ? this.#waiting.take((kind) => isPassed && kind === urgent.kind) : urgent;
    this.#urgentInRow = waiter !== undefined && waiter === urgent ? this.#urgentInRow + 1 : 0;
    if (waiter !== undefined) this.#drop(waiter);
    return waiter;
  }

  #drop(waiter: Waiter): void {
    this.#waiting.remove(waiter.kind, waiter);
    this.#hurrying.delete(waiter);
  }

  #grant({ go, since }: Waiter): void {
    const now = this.#now();
    if (now > since) this.#lastHeld = now;
    if (!go()) return;
    this.#buckets.known?.take(now);
    this.#buckets.shown.take(now);
    if (now > since) this.#options.onWait?.(now - since);
  }
}
