import type { ObjectKey } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import type { ReadVersions } from '../../secret/version-order.ts';
import type { SourcesMemory } from './template-sources.ts';

/**
 * What a sync came to, where it did not fail.
 * - `synced`: the Secret is as the provider has it
 * - `retained`, `deleted`: the provider has nothing, and the Secret stays or is gone
 * - `missing`: there is no Secret to merge into
 */
export type SyncResult = 'synced' | 'retained' | 'deleted' | 'missing';

/** The last successful sync of one ExternalSecret. */
export interface LastSync {
  /** Generation and metadata it was done for. */
  readonly version: string;
  /** Which configuration of the store was read; absent where a status is all that is known. */
  readonly provider?: string;
  /** On the clock's monotonic scale. */
  readonly at: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `synced` where absent. */
  readonly result?: SyncResult;
  /** A status says so: a later sync has failed. */
  readonly failing?: true;
  /** What was asked for then, beside metadata; absent where a status is all that is known. */
  readonly asked?: string;
  /** A status of another controller is all that is known, and it says that all was well. */
  readonly isOthers?: true;
}

/** What an object that is at rest is compared with from then on, where no sync of ours has said it. */
export type Baseline = Pick<LastSync, 'asked' | 'provider'>;

interface Entry {
  last?: LastSync;
  baseline?: Baseline;
  /** What its templates were made of. */
  sources?: SourcesMemory;
  outcome?: Outcome['kind'];
  /** When its store was first found without a verdict. */
  unjudged?: number;
  /** Since when it was due, on the monotonic clock, each time it was found so. */
  heldSince?: number;
  /** Its target is somebody else's Secret, or is not there. */
  awaitsTarget?: boolean;
  /** What was gone from the provider when that was told last. */
  missing?: string;
  /** When its Secret was last put right because somebody had changed it. */
  heals?: readonly number[];
  /** When it was last brought up to date because others had changed what is theirs in it. */
  follows?: readonly number[];
  /** What a Secret that is merged into was last found to agree with; see `recordMerge`. */
  merged?: string;
  /** When it was last told that what it reads has changed at the provider. */
  noticedAt?: number;
  /** The versions of what it was last made of. */
  versions?: ReadVersions;
  /** Since when the provider answers with older ones. */
  lagging?: number;
  /** When its last attempt to read providers ended with an answer, on the monotonic clock. */
  readAt?: number;
  /** When it was last rendered anew because what its template is made of had changed. */
  renders?: readonly number[];
}

/**
 * What the controller knows beyond the API server: refreshes that changed nothing are remembered here alone, and what was
 * written just now, until the cache has it. By uid: another object of the same name is another object.
 */
export class SyncMemory {
  /** When the controller started, on the clock's monotonic scale. */
  startedAt = -Infinity;
  readonly #entries = new Map<string, Entry>();
  readonly #written = new Map<string, LiveSecret>();
  readonly #inFlight = new Map<string, { overtaken: boolean }>();

  lastSync(uid: string): LastSync | undefined {
    return this.#entries.get(uid)?.last;
  }

  recordSync(uid: string, last: LastSync): void {
    const entry = this.#entry(uid);
    entry.last = last;
    delete entry.unjudged;
  }

  /** When it last had an answer of its providers; -Infinity: not yet. */
  readAt(uid: string): number {
    return this.#entries.get(uid)?.readAt ?? -Infinity;
  }

  recordRead(uid: string, at: number): void {
    const entry = this.#entry(uid);
    entry.readAt = at;
    delete entry.heldSince;
  }

  /** Since when it is due though a store without a verdict has held it up; undefined: none has. */
  heldSince(uid: string): number | undefined {
    return this.#entries.get(uid)?.heldSince;
  }

  /** What the object was first found at rest with; undefined where it was not yet. */
  baseline(uid: string): Baseline | undefined {
    return this.#entries.get(uid)?.baseline;
  }

  /** What is known already stays: a later edit must be seen. */
  recordBaseline(uid: string, baseline: Baseline): void {
    const entry = this.#entry(uid);
    entry.baseline = { ...baseline, ...entry.baseline };
  }

  recordOutcome(uid: string, outcome: Outcome['kind'], awaitsTarget: boolean): void {
    const entry = this.#entry(uid);
    entry.outcome = outcome;
    entry.awaitsTarget = awaitsTarget;
  }

  outcome(uid: string): Outcome['kind'] | undefined {
    return this.#entries.get(uid)?.outcome;
  }

  /** Whether news about its target, whoever's it is, are reason to look again. */
  awaitsTarget(uid: string): boolean {
    return this.#entries.get(uid)?.awaitsTarget === true;
  }

  /** Whether this is not what was missing the last time; it is remembered. */
  isNewlyMissing(uid: string, messages: readonly string[]): boolean {
    const entry = this.#entry(uid);
    const missing = messages.join('\n');
    const isNews = (entry.missing ?? '') !== missing;
    entry.missing = missing;
    return isNews;
  }

  /**
   * Since when the store of this object has had no verdict; `now` where it is found so for the first time.
   * @param due since when the object is due; -Infinity: no longer than it was
   */
  unjudgedSince(uid: string, now: number, due: number): number {
    const entry = this.#entry(uid);
    if (due > (entry.heldSince ?? -Infinity)) entry.heldSince = due;
    entry.unjudged ??= now;
    return entry.unjudged;
  }

  /** How often the Secret has been healed in the `span` milliseconds before `now`. */
  healsWithin(uid: string, now: number, span: number): number {
    return (this.#entries.get(uid)?.heals ?? []).filter((at) => now - at < span).length;
  }

  /** How often others have changed what is theirs in it, likewise. */
  followsWithin(uid: string, now: number, span: number): number {
    return (this.#entries.get(uid)?.follows ?? []).filter((at) => now - at < span).length;
  }

  /** @param isOurs something of ours had been changed */
  recordHeal(uid: string, now: number, span: number, isOurs = true): void {
    const entry = this.#entry(uid);
    const kind = isOurs ? 'heals' : 'follows';
    entry[kind] = [...(entry[kind] ?? []).filter((at) => now - at < span), now];
  }

  /** What the templates were made of when they were rendered last; undefined where that is not known. */
  sources(uid: string): SourcesMemory | undefined {
    return this.#entries.get(uid)?.sources;
  }

  /** @param sources undefined: it names none */
  recordSources(uid: string, sources: SourcesMemory | undefined): void {
    const entry = this.#entry(uid);
    if (sources === undefined) delete entry.sources;
    else entry.sources = sources;
  }

  /** How often it was rendered for its sources' sake in the `span` milliseconds before `now`. */
  rendersWithin(uid: string, now: number, span: number): number {
    return (this.#entries.get(uid)?.renders ?? []).filter((at) => now - at < span).length;
  }

  recordRender(uid: string, now: number, span: number): void {
    const entry = this.#entry(uid);
    entry.renders = [...(entry.renders ?? []).filter((at) => now - at < span), now];
  }

  /**
   * A Secret that is merged into was read, and agreed with what is wanted. Its other keys are not remembered, so this is what spares the
   * next refresh a read.
   * @param id of the Secret's version and of all that was wanted
   */
  recordMerge(uid: string, id: string): void {
    this.#entry(uid).merged = id;
  }

  isMerged(uid: string, id: string): boolean {
    return this.#entries.get(uid)?.merged === id;
  }

  /** Something that the object reads has changed at the provider: reads that began before this moment may not know it. */
  recordNotice(uid: string, now: number): void {
    this.#entry(uid).noticedAt = now;
  }

  /** The last such moment, on the monotonic scale. */
  noticedAt(uid: string): number | undefined {
    return this.#entries.get(uid)?.noticedAt;
  }

  /** The versions of what it was last made of; undefined where that is not known. */
  versions(uid: string): ReadVersions | undefined {
    return this.#entries.get(uid)?.versions;
  }

  recordVersions(uid: string, versions: ReadVersions): void {
    this.#entry(uid).versions = versions;
  }

  /** Since when the provider has answered with older versions; `now` where it does for the first time. */
  lagsSince(uid: string, now: number): number {
    const entry = this.#entry(uid);
    entry.lagging ??= now;
    return entry.lagging;
  }

  forgetLag(uid: string): void {
    delete this.#entry(uid).lagging;
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  /** A write of the Secret begins: what the cache says of it from now on may be news. */
  beginWrite(key: ObjectKey): void {
    this.#inFlight.set(formatKey(key), { overtaken: false });
  }

  /**
   * The write has ended, and left the Secret like this; undefined where it wrote nothing. The cache hears of it a little later,
   * unless it has heard already, of this or of something newer: then the cache is right.
   */
  endWrite(key: ObjectKey, live: LiveSecret | undefined): void {
    const id = formatKey(key);
    const overtaken = this.#inFlight.get(id)?.overtaken === true;
    this.#inFlight.delete(id);
    if (live !== undefined && !overtaken) this.#written.set(id, live);
  }

  /** What we wrote last, where the cache has said nothing about the Secret since. */
  written(key: ObjectKey): LiveSecret | undefined {
    return this.#written.get(formatKey(key));
  }

  /** The cache has news about a Secret. Answers whether they are no more than the echo of our own write. */
  confirmWrite(key: ObjectKey, current: LiveSecret | undefined): boolean {
    const id = formatKey(key);
    const written = this.#written.get(id);
    this.#written.delete(id);
    const write = this.#inFlight.get(id);
    if (write !== undefined) write.overtaken = true;
    return written !== undefined && current !== undefined && written.metadata.resourceVersion === current.metadata.resourceVersion;
  }

  #entry(uid: string): Entry {
    const known = this.#entries.get(uid);
    if (known !== undefined) return known;
    const entry: Entry = {};
    this.#entries.set(uid, entry);
    return entry;
  }
}
