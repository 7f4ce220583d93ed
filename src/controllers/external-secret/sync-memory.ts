import type { ObjectKey } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import type { SourcesMemory } from './template-sources.ts';

/** The last successful read of the provider for one ExternalSecret. */
export interface LastSync {
  /** Generation and metadata it was done for. */
  readonly version: string;
  /** Which configuration of the store was read; absent where a status is all that is known. */
  readonly provider?: string;
  /** On the clock's monotonic scale. */
  readonly at: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

interface Entry {
  last?: LastSync;
  /** What its templates were made of. */
  sources?: SourcesMemory;
  outcome?: Outcome['kind'];
  /** When its store was first found without a verdict. */
  unjudged?: number;
  /** Its target is somebody else's Secret. */
  refused?: boolean;
  /** When its Secret was last put right because somebody had changed it. */
  heals?: readonly number[];
  /** When it was last rendered anew because what its template is made of had changed. */
  renders?: readonly number[];
}

/**
 * What the controller knows beyond the API server: refreshes that changed nothing are remembered here alone, and what was
 * written just now, until the cache has it. By uid: another object of the same name is another object.
 */
export class SyncMemory {
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

  recordOutcome(uid: string, outcome: Outcome['kind'], refused: boolean): void {
    const entry = this.#entry(uid);
    entry.outcome = outcome;
    entry.refused = refused;
  }

  outcome(uid: string): Outcome['kind'] | undefined {
    return this.#entries.get(uid)?.outcome;
  }

  isRefused(uid: string): boolean {
    return this.#entries.get(uid)?.refused === true;
  }

  /** Since when the store of this object has had no verdict; `now` where it is found so for the first time. */
  unjudgedSince(uid: string, now: number): number {
    const entry = this.#entry(uid);
    entry.unjudged ??= now;
    return entry.unjudged;
  }

  /** How often the Secret has been healed in the `span` milliseconds before `now`. */
  healsWithin(uid: string, now: number, span: number): number {
    return (this.#entries.get(uid)?.heals ?? []).filter((at) => now - at < span).length;
  }

  recordHeal(uid: string, now: number, span: number): void {
    const entry = this.#entry(uid);
    entry.heals = [...(entry.heals ?? []).filter((at) => now - at < span), now];
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
