import type { Clock } from '../lib/clock.ts';
import type { ReadResult, RemoteRef } from './contract.ts';
import { bytesIn, ownCopy, wipe } from './own-bytes.ts';
import type { ReadLimits } from './read-limits.ts';
import type { ValueCache } from './value-cache.ts';

/** What a provider answered, as it is remembered. */
export interface CachedAnswer {
  readonly ref: RemoteRef;
  readonly version: string | undefined;
  /** When the call began that said so last, by the value or by its version; on the monotonic clock. */
  readonly confirmed: number;
  /** It is time to read it in full again. */
  readonly isDue: boolean;
}

interface Entry extends CachedAnswer {
  readonly result: ReadResult;
  confirmed: number;
  /** The latest confirmation that was of use to somebody. */
  used: number;
  /** How many more times its version may be compared instead. */
  left: number;
  /** When the call began that read it. */
  readonly readAt: number;
  readonly readBy: number;
}

export interface CachedAnswersOptions {
  readonly cache: ValueCache;
  readonly clock: Clock;
  readonly limits: Pick<ReadLimits, 'waveAge' | 'fullReadEvery' | 'fullReadAfter'>;
  /** Whether the client tells versions: what has one is then worth keeping. */
  readonly hasVersions: boolean;
}

/** More than an entry takes beside its value, in bytes. */
const overhead = 512;

/**
 * What one identity was answered. An answer is right for whoever became due before the call that gave it began. Values are kept in bytes
 * of our own, and given out in others.
 */
export class CachedAnswers {
  readonly #options: CachedAnswersOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #versioned = new Map<string, Entry>();
  #isClosed = false;
  /** The name of a reference: the same for equal ones, and says nothing about it. */
  readonly nameOf: (ref: RemoteRef) => string;

  constructor(options: CachedAnswersOptions) {
    this.#options = options;
    this.nameOf = options.cache.section();
  }

  find(name: string): CachedAnswer | undefined {
    return this.#entries.get(name);
  }

  /** All whose versions can be compared. */
  versioned(): ReadonlyMap<string, CachedAnswer> {
    return new Map(this.#versioned);
  }

  get versionedCount(): number {
    return this.#versioned.size;
  }

  /**
   * The answer for who became due at `since`, if there is one; and whether it is the first use of what confirmed it.
   * @param isRead it must have been read since: a listing may lag behind
   */
  answer(name: string, since: number, { isRead }: { readonly isRead: boolean }): { readonly result: ReadResult; readonly isFirst: boolean } | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || (isRead ? entry.readAt : entry.confirmed) < since) return undefined;
    this.#options.cache.touch(name);
    const isFirst = entry.used < entry.confirmed;
    if (isFirst) entry.left -= 1;
    entry.used = entry.confirmed;
    const { result } = entry;
    return { result: result.kind === 'value' ? { ...result, value: ownCopy(result.value) } : result, isFirst };
  }

  /**
   * Remembers what a call that began at `begun` answered; not where a later call has answered already, nor what failed for a moment only.
   * A listing may lag behind: what was read is right, whatever a listing has confirmed since.
   */
  remember(name: string, ref: RemoteRef, result: ReadResult, begun: number): void {
    const before = this.#entries.get(name);
    if (this.#isClosed || (before !== undefined && before.readAt > begun)) return;
    if (result.kind === 'error' && !isVerdict(result)) return;
    const { cache } = this.#options;
    const kept = result.kind === 'value' ? { ...result, value: ownCopy(result.value) } : result;
    const entry = this.#entryOf(name, { ref, result: kept, begun, isNew: before === undefined });
    const isKept = cache.keep(name, {
      owner: this,
      weight: overhead + ref.key.length * 2 + (kept.kind === 'value' ? bytesIn(kept.value) : 0),
      until: entry.version === undefined ? begun + this.#options.limits.waveAge : Math.max(entry.readBy, begun + this.#options.limits.waveAge),
      drop: () => {
        for (const index of [this.#entries, this.#versioned]) if (index.get(name) === entry) index.delete(name);
        if (kept.kind === 'value') wipe(kept.value);
      },
    });
    if (!isKept) return;
    this.#entries.set(name, entry);
    if (entry.version !== undefined) this.#versioned.set(name, entry);
  }

  /** A call that began at `begun` named the version of a reference. @returns whether it is the one we have */
  confirm(name: string, version: string | undefined, begun: number): boolean {
    const entry = this.#entries.get(name);
    if (entry?.version === undefined || entry.version !== version) return false;
    entry.confirmed = Math.max(entry.confirmed, begun);
    return true;
  }

  /** Overwrites everything, and remembers nothing any more. */
  close(): void {
    this.#isClosed = true;
    for (const name of [...this.#entries.keys()]) this.#options.cache.drop(name);
  }

  #entryOf(name: string, { ref, result, begun, isNew }: { readonly ref: RemoteRef; readonly result: ReadResult; readonly begun: number; readonly isNew: boolean }): Entry {
    const { clock, hasVersions } = this.#options;
    const { fullReadEvery, fullReadAfter } = this.#options.limits;
    // what was first read together must not be read in full together for ever
    const share = isNew ? fraction(name) : 1;
    const readBy = begun + fullReadAfter * (0.5 + share / 2);
    return {
      ref,
      result,
      version: hasVersions && result.kind === 'value' ? result.version : undefined,
      confirmed: begun,
      used: begun,
      left: Math.ceil(fullReadEvery * share) - 1,
      readAt: begun,
      readBy,
      get isDue() {
        return this.left <= 0 || clock.monotonic() >= readBy;
      },
    };
  }
}

/** Whether an error is the provider's answer, which others would get too. */
function isVerdict({ error }: ReadResult & { readonly kind: 'error' }): boolean {
  return error.kind === 'denied' || error.kind === 'invalid' || error.kind === 'unsupported';
}

/** A number above 0 and up to 1 that depends on nothing but the name. */
function fraction(name: string): number {
  return (Buffer.from(name, 'base64url').readUInt32BE(0) + 1) / 2 ** 32;
}
