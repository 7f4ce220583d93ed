import { createSemaphore, type Semaphore } from '../../src/lib/semaphore.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { goText } from '../../src/provider/go-json.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { KvEngine } from './kv-engine.ts';

/** Folders within folders, folders in all, and secrets in all, that one search goes through. */
const [deepest, mostFolders, mostNames] = [32, 2_000, 20_000];
/** More than any Secret can be made of, in bytes; what is found is kept in memory until then. */
const mostBytes = 16 * 1024 * 1024;
const requestsAtOnce = 8;

/**
 * The secrets below a path whose names match and whose custom metadata holds the tags, each as JSON. Names begin with the path, as the
 * query has it, so that each is a key.
 * @throws ProviderError; the signal's reason
 */
export async function findSecrets(engine: KvEngine, query: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  if (query.tags !== undefined && engine.mount.version === 'v1') throw new ProviderError('unsupported', 'find.tags: a key-value engine of version v1 keeps no metadata');
  const folder = (query.path ?? '').replace(/^\/+|\/+$/g, '');
  if (folder === '' && engine.mount.mount === '') throw new ProviderError('invalid', 'find.path: the store names no mount, so the path of the search has to begin with one');
  const stopping = new AbortController();
  const search = new Search(engine, query, AbortSignal.any([signal, stopping.signal]));
  try {
    await search.folder(folder === '' ? '' : `${folder}/`, 0);
    return await search.values();
  } finally {
    stopping.abort();
  }
}

class Search {
  readonly #engine: KvEngine;
  readonly #query: FindQuery;
  readonly #signal: AbortSignal;
  readonly #turns: Semaphore = createSemaphore(requestsAtOnce);
  readonly #names: string[] = [];
  #folders = 0;
  #bytes = 0;

  constructor(engine: KvEngine, query: FindQuery, signal: AbortSignal) {
    this.#engine = engine;
    this.#query = query;
    this.#signal = signal;
  }

  async folder(path: string, depth: number): Promise<void> {
    this.#folders += 1;
    if (depth > deepest || this.#folders > mostFolders) throw tooMuch(depth > deepest ? `more than ${deepest} folders within one another` : `more than ${mostFolders} folders`);
    const names = await this.#turn(() => this.#engine.list(path, this.#signal));
    const matches = this.#query.name?.matches ?? (() => true);
    const below: string[] = [];
    for (const name of names) {
      if (name.endsWith('/')) below.push(path + name);
      else if (matches(path + name)) this.#names.push(path + name);
    }
    if (this.#names.length > mostNames) throw tooMuch(`more than ${mostNames} secrets`);
    await Promise.all(below.map((inner) => this.folder(inner, depth + 1)));
  }

  /** The values of the names that were found, in their order. What was deleted since is left out. */
  async values(): Promise<readonly FoundValue[]> {
    const found = await Promise.all(this.#names.toSorted().map((name) => this.#turn(() => this.#value(name))));
    return found.filter((value) => value !== undefined);
  }

  async #value(key: string): Promise<FoundValue | undefined> {
    const { tags } = this.#query;
    if (tags !== undefined) {
      const custom = (await this.#engine.metadata(key, this.#signal))?.custom ?? {};
      if (!Object.entries(tags).every(([name, value]) => Object.hasOwn(custom, name) && custom[name] === value)) return undefined;
    }
    const read = await this.#engine.read(key, undefined, this.#signal);
    if (read === undefined) return undefined;
    const value = SecretBytes.fromUtf8(goText(read.object, 'as-written'));
    this.#bytes += value.size;
    if (this.#bytes > mostBytes) throw tooMuch(`more than ${mostBytes / 1024 / 1024} MiB`);
    return { key, value, ...(read.version === undefined ? {} : { version: read.version }) };
  }

  #turn<T>(act: () => Promise<T>): Promise<T> {
    return this.#turns.run(act, this.#signal);
  }
}

function tooMuch(what: string): ProviderError {
  return new ProviderError('invalid', `the search goes through ${what}; narrow it by find.path`);
}
