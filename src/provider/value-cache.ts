import { createHmac, randomBytes } from 'node:crypto';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { RemoteRef } from './contract.ts';

/** Something that is kept for a while. */
export interface Kept {
  /** How many bytes it takes. */
  readonly weight: number;
  /** Until when it is kept, on the monotonic clock. */
  readonly until: number;
  /** Whose it is, told apart by identity of reference. */
  readonly owner: object;
  /** It is kept no longer: overwrite it. Called once. */
  readonly drop: () => void;
}

/** What one identity has. */
interface Share {
  bytes: number;
  // a Set keeps the order of insertion: what is used is inserted anew
  readonly names: Set<string>;
}

/**
 * What is kept of providers' values, over all identities: no more bytes than it may, none longer than it may. For lack of room leaves
 * what the identity that holds most has used least recently: one of many large values drives out none but its own. Whatever leaves is
 * overwritten.
 */
export class ValueCache {
  readonly #clock: Clock;
  readonly #most: number;
  /** Random for each process: the names of what is kept cannot be tested against guessed ones. */
  readonly #secret = randomBytes(32);
  readonly #kept = new Map<string, Kept>();
  readonly #shares = new Map<object, Share>();
  #bytes = 0;
  #sections = 0;
  #sweepAt = Infinity;
  #cancelSweep: Cancel = () => {};

  /** @param most bytes of all that is kept; what takes more by itself is not kept */
  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** How many bytes are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Gives an identity its names: what answers the same reference of two of them has two. */
  section(): (ref: RemoteRef) => string {
    this.#sections += 1;
    const section = this.#sections;
    return (ref) => createHmac('sha256', this.#secret).update(`${section} ${refText(ref)}`).digest('base64url');
  }

  /** Something is used: it is the last to leave for lack of room. */
  touch(name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    const names = this.#shares.get(kept.owner)?.names;
    names?.delete(name);
    names?.add(name);
  }

  /** Keeps something in the place of what has that name. @returns whether there was room for it; if not it was dropped */
  keep(name: string, kept: Kept): boolean {
    this.drop(name);
    if (kept.weight > this.#most) {
      kept.drop();
      return false;
    }
    this.#kept.set(name, kept);
    this.#bytes += kept.weight;
    const share = this.#shares.get(kept.owner) ?? { bytes: 0, names: new Set<string>() };
    this.#shares.set(kept.owner, share);
    share.bytes += kept.weight;
    share.names.add(name);
    while (this.#bytes > this.#most) this.#makeRoom(name);
    this.#sweepBy(kept.until);
    return true;
  }

  /** Drops one of the largest share, and what has just come last. */
  #makeRoom(latest: string): void {
    let largest: Share | undefined;
    for (const share of this.#shares.values()) if (share.bytes > (largest?.bytes ?? -1)) largest = share;
    const [oldest = latest] = largest?.names ?? [];
    this.drop(oldest);
  }

  drop(name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    this.#kept.delete(name);
    this.#bytes -= kept.weight;
    const share = this.#shares.get(kept.owner);
    if (share !== undefined) {
      share.bytes -= kept.weight;
      share.names.delete(name);
      if (share.names.size === 0) this.#shares.delete(kept.owner);
    }
    kept.drop();
    if (this.#kept.size === 0) this.#stopSweeping();
  }

  /** Drops everything. */
  clear(): void {
    for (const name of [...this.#kept.keys()]) this.drop(name);
  }

  /** What nobody asks for any more must not stay until there is no room. */
  #sweepBy(until: number): void {
    if (until >= this.#sweepAt || this.#kept.size === 0) return;
    this.#stopSweeping();
    this.#sweepAt = until;
    this.#cancelSweep = this.#clock.after(Math.max(0, until - this.#clock.monotonic()), () => this.#sweep());
  }

  #stopSweeping(): void {
    this.#cancelSweep();
    this.#sweepAt = Infinity;
  }

  #sweep(): void {
    this.#sweepAt = Infinity;
    const now = this.#clock.monotonic();
    let next = Infinity;
    for (const [name, { until }] of this.#kept) {
      if (until <= now) this.drop(name);
      else next = Math.min(next, until);
    }
    // not for each by itself: what became due within a moment goes together
    this.#sweepBy(Math.max(next, now + leastPause));
  }
}

/** Milliseconds between two looks at all that is kept. */
const leastPause = 5000;

/** The same text for equal references only. */
function refText({ key, version = '', property = '', metadata }: RemoteRef): string {
  return JSON.stringify([key, version, metadata === true, property]);
}
