import type { Clock } from '../../src/lib/clock.ts';
import type { RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { parseObjectName } from './object-name.ts';
import type { SeenVersions } from './seen-versions.ts';
import type { ListedSecret } from './vault-object.ts';
import type { Vault } from './vault.ts';

/** How long it is believed that the identity may not list, or that the vault has so many pages, in milliseconds. */
const believedFor = 3_600_000;

export interface VersionLookupOptions {
  readonly pages: Vault['secret']['pages'];
  readonly seen: SeenVersions;
  readonly clock: Clock;
}

/** Tells present versions from the list of all secrets, where that is at most half as many calls as reading them. */
export class VersionLookup {
  readonly #options: VersionLookupOptions;
  #forbiddenUntil = 0;
  /** Pages that the list is known to have, at least, and until when that is believed. */
  #long = { pages: 0, until: 0 };

  constructor(options: VersionLookupOptions) {
    this.#options = options;
  }

  /** One answer for each reference; undefined for what must be read. @throws ProviderError where the vault asks for rest or is down; the signal's reason */
  async of(refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly (string | undefined)[]> {
    const names = refs.map((ref) => this.#candidate(ref));
    const wanted = new Set(names.filter((name) => name !== undefined));
    const versions = await this.#list(wanted, signal);
    return names.map((name) => (name === undefined ? undefined : versions.get(name)));
  }

  /** The name of a secret whose current version can be told. */
  #candidate({ key, version, metadata }: RemoteRef): string | undefined {
    if (version !== undefined || metadata === true) return undefined;
    const object = parsed(key);
    return object?.kind === 'secret' && this.#options.seen.knows(object.name.toLowerCase()) ? object.name.toLowerCase() : undefined;
  }

  async #list(wanted: Set<string>, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { clock, pages } = this.#options;
    const now = clock.monotonic();
    const mostPages = Math.floor(wanted.size / 2);
    const known = now < this.#long.until ? this.#long.pages : 0;
    const versions = new Map<string, string>();
    if (mostPages < 1 || mostPages < known || now < this.#forbiddenUntil) return versions;
    let read = 0;
    let isCutShort = false;
    try {
      for await (const page of pages(signal)) {
        read += 1;
        this.#confirm(page, wanted, versions);
        if (wanted.size === 0) return versions;
        isCutShort = read >= mostPages;
        if (isCutShort) break;
      }
      this.#long = { pages: isCutShort ? read + 1 : read, until: now + believedFor };
    } catch (error) {
      if (!(error instanceof ProviderError) || error.kind !== 'denied') throw error;
      // reading needs another permission than listing
      this.#forbiddenUntil = now + believedFor;
    }
    return versions;
  }

  #confirm(page: readonly ListedSecret[], wanted: Set<string>, versions: Map<string, string>): void {
    for (const listed of page) {
      const name = listed.name.toLowerCase();
      if (!wanted.delete(name)) continue;
      const version = this.#options.seen.confirm(name, listed);
      if (version !== undefined) versions.set(name, version);
    }
  }
}

function parsed(key: string): ReturnType<typeof parseObjectName> | undefined {
  try {
    return parseObjectName(key);
  } catch (error) {
    // a read will say so
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}
