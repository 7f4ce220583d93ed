import type { Clock } from '../../src/lib/clock.ts';
import type { RemoteRef } from '../../src/provider/contract.ts';
import { AnswerTooLarge } from './api.ts';
import type { RemoteSecrets } from './secrets.ts';

/** Secrets whose metadata come at once; Kubernetes' own clients ask for as many. */
const pageSize = 500;
/** How long it is believed that a namespace has as many Secrets as were counted, in milliseconds. */
const recountEvery = 3_600_000;

/**
 * The present versions of many Secrets by a list of their metadata, five hundred to a call, while reading takes a call for each. Where
 * a namespace has so many others that reading takes no more calls, it is not listed.
 */
export class SecretVersions {
  readonly #secrets: Pick<RemoteSecrets, 'versions'>;
  readonly #clock: Clock;
  /** How many pages a list had, or at least would have. */
  #counted = { pages: 1, until: 0 };

  constructor(secrets: Pick<RemoteSecrets, 'versions'>, clock: Clock) {
    this.#secrets = secrets;
    this.#clock = clock;
  }

  /**
   * In the order of the references; undefined for those that must be read.
   * @throws ProviderError: `denied` where the account may get Secrets and not list them, `unsupported` where there is no such list; the signal's reason
   */
  async of(refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly (string | undefined)[]> {
    signal.throwIfAborted();
    const wanted = new Set(refs.flatMap(({ key, version }) => (version === undefined ? [key] : [])));
    const found = await this.#list(wanted, signal);
    return refs.map(({ key, version }) => (version === undefined ? found.get(key) : undefined));
  }

  async #list(wanted: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const reads = wanted.size;
    if (reads < 2 || this.#pages() >= reads) return found;
    let pages = 0;
    for (let next: { readonly next?: string } | undefined = {}; next !== undefined; ) {
      const page = await this.#page(next, signal);
      // what was told before it ended is as true as it was
      if (page === undefined) return found;
      pages += 1;
      for (const [name, version] of page.versions) if (wanted.has(name)) found.set(name, version);
      const left = page.next === undefined ? 0 : Math.max(1, Math.ceil((page.remaining ?? 0) / pageSize));
      if (left === 0 || pages === 1) this.#count(pages + left);
      // the rest costs as much as reading what is not found yet, or the server miscounts
      if (left >= reads - found.size || pages >= reads) return found;
      next = page.next === undefined ? undefined : { next: page.next };
    }
    return found;
  }

  /** Undefined where the list goes on no more: too old, or too much. */
  async #page(from: { readonly next?: string }, signal: AbortSignal): Promise<Exclude<Awaited<ReturnType<RemoteSecrets['versions']>>, 'expired'> | undefined> {
    try {
      const page = await this.#secrets.versions({ limit: pageSize, ...from }, signal);
      return page === 'expired' ? undefined : page;
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error;
      this.#count(Infinity);
      return undefined;
    }
  }

  #pages(): number {
    return this.#clock.monotonic() < this.#counted.until ? this.#counted.pages : 1;
  }

  #count(pages: number): void {
    this.#counted = { pages, until: this.#clock.monotonic() + recountEvery };
  }
}
