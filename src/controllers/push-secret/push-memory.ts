import type { SyncedEntries } from '../../api/pushed-entry.ts';
import { mergeEntries } from '../../secret/push/synced-entries.ts';

/** The last push of one PushSecret. */
export interface LastPush {
  /** Generation and metadata it was done for. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** On the clock's monotonic scale. */
  readonly at: number;
  /** The stores it was for, with what their configuration was; undefined where a status is all that is known. */
  readonly stores: ReadonlyMap<string, string | undefined>;
  /** What it was made of; absent where a status is all that is known. */
  readonly sources?: string;
  /** All of it was done. */
  readonly isComplete: boolean;
}

interface Entry {
  last?: LastPush;
  /** What was pushed, by store and entry: keyed hashes. */
  digests: ReadonlyMap<string, string>;
  /** What was out there after the last attempt. */
  synced: SyncedEntries;
  /** Since when what it pushes is gone. */
  absent?: number;
  /** Since when it is to go with its namespace. */
  leaving?: number;
}

/** What the controller knows beyond the API server, by uid: another object of the same name is another object. It holds no values. */
export class PushMemory {
  readonly #entries = new Map<string, Entry>();

  lastPush(uid: string): LastPush | undefined {
    return this.#entries.get(uid)?.last;
  }

  recordPush(uid: string, last: LastPush): void {
    this.#entry(uid).last = last;
  }

  /** Hashes of what is known to be at the providers. */
  digests(uid: string): ReadonlyMap<string, string> {
    return this.#entries.get(uid)?.digests ?? none;
  }

  recordDigests(uid: string, digests: ReadonlyMap<string, string>): void {
    this.#entry(uid).digests = digests;
  }

  /**
   * What is out there: the status says it, as far as the cache has it, and what came of the last attempt, of which the cache may not know
   * yet. What is in one of them only is listed: to remove what is gone already does no harm, and what is forgotten stays for ever.
   */
  outThere(uid: string, status: SyncedEntries): SyncedEntries {
    const own = this.#entries.get(uid)?.synced ?? {};
    const keys = new Set([...Object.keys(status), ...Object.keys(own)]);
    return Object.fromEntries([...keys].map((key) => [key, mergeEntries(own[key] ?? {}, status[key] ?? {})]));
  }

  recordSynced(uid: string, synced: SyncedEntries): void {
    this.#entry(uid).synced = synced;
  }

  /** Since when what the object pushes has been gone; `now` where it is found so for the first time. */
  absentSince(uid: string, now: number): number {
    const entry = this.#entry(uid);
    entry.absent ??= now;
    return entry.absent;
  }

  /** What the object pushes is there. */
  recordPresent(uid: string): void {
    delete this.#entries.get(uid)?.absent;
  }

  /** Since when the object is to go with its namespace; `now` where it is found so for the first time. */
  leavingSince(uid: string, now: number): number {
    const entry = this.#entry(uid);
    entry.leaving ??= now;
    return entry.leaving;
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  #entry(uid: string): Entry {
    const known = this.#entries.get(uid);
    if (known !== undefined) return known;
    const entry: Entry = { digests: none, synced: {} };
    this.#entries.set(uid, entry);
    return entry;
  }
}

const none: ReadonlyMap<string, string> = new Map();
