import { ReverseIndex } from '../../lib/reverse-index.ts';
import { type ChangeNotice, scopesMeet, type StorePlace } from '../../provider/change-notice.ts';
import { type RemoteSearch, searchId, searchMatches } from './remote-search.ts';
import type { SourceUsage } from './credential-index.ts';

/** What an ExternalSecret reads through one store. */
export interface RemoteUsage {
  readonly store: SourceUsage;
  /** Remote keys, as they stand in it. */
  readonly keys: readonly string[];
  readonly searches: readonly RemoteSearch[];
}

/** A store's adapter, and where its values live. */
export interface KnownPlace extends StorePlace {
  readonly provider: string;
}

/** Tells it of a store as it is now; undefined where there is none, or it makes no sense. */
export type PlaceOfStore = (store: SourceUsage) => KnownPlace | undefined;

/** More steps of a path than this are not told apart. */
const deepest = 32;

/**
 * Which ExternalSecrets a change at a provider concerns: found by the name of what has changed, whatever their number. Each search that
 * differs is looked at once.
 */
export class RemoteKeyIndex {
  readonly #placeOf: PlaceOfStore;
  readonly #usages = new Map<string, readonly RemoteUsage[]>();
  readonly #byTerm = new ReverseIndex();
  readonly #bySearch = new ReverseIndex();
  /** By provider and id. */
  readonly #searches = new Map<string, Map<string, { readonly place: KnownPlace; readonly search: RemoteSearch }>>();

  constructor(placeOf: PlaceOfStore) {
    this.#placeOf = placeOf;
  }

  /** Replaces what an object reads; an empty list removes it. */
  set(object: string, usages: readonly RemoteUsage[]): void {
    const terms = new Set<string>();
    const searches = new Set<string>();
    for (const { store, keys, searches: asked } of usages) {
      const place = this.#placeOf(store);
      if (place === undefined) continue;
      for (const key of keys) for (const name of place.keysOf(key)) for (const term of termsOf(place.provider, name)) terms.add(term);
      for (const search of asked) searches.add(this.#learn(place, store, search));
    }
    const before = this.#bySearch.termsOf(object);
    this.#byTerm.set(object, [...terms]);
    this.#bySearch.set(object, [...searches]);
    for (const id of before) if (this.#bySearch.itemsOf(id).size === 0) this.#forget(id);
    if (usages.length === 0) this.#usages.delete(object);
    else this.#usages.set(object, usages);
  }

  /** A store of these objects has come, changed or gone. */
  refresh(objects: Iterable<string>): void {
    for (const object of objects) this.set(object, this.#usages.get(object) ?? []);
  }

  /** The objects that a change may concern. */
  concernedBy(notice: ChangeNotice): ReadonlySet<string> {
    const { provider, keys, under } = notice;
    const terms = [...keys.map((key) => keyTerm(provider, key)), ...(under === undefined ? [] : [underTerm(provider, under)])];
    const named = new Set(terms.flatMap((term) => [...this.#byTerm.itemsOf(term)]));
    const concerned = new Set([...named].filter((object) => this.#isNamed(object, notice)));
    for (const [id, { place, search }] of this.#searches.get(provider) ?? []) {
      if (!scopesMeet(notice.scope, place.scope) || !searchMatches(search, place, notice)) continue;
      for (const object of this.#bySearch.itemsOf(id)) concerned.add(object);
    }
    return concerned;
  }

  /** Whether the store that the object reads it through is one that the notice is about. */
  #isNamed(object: string, { provider, scope, keys, under }: ChangeNotice): boolean {
    const isMeant = (name: string): boolean => keys.includes(name) || (under !== undefined && name.startsWith(under));
    return (this.#usages.get(object) ?? []).some(({ store, keys: own }) => {
      const place = this.#placeOf(store);
      return place?.provider === provider && scopesMeet(scope, place.scope) && own.some((key) => place.keysOf(key).some(isMeant));
    });
  }

  #learn(place: KnownPlace, store: SourceUsage, search: RemoteSearch): string {
    const id = searchId(place.provider, store, search);
    const known = this.#searches.get(place.provider) ?? new Map<string, { readonly place: KnownPlace; readonly search: RemoteSearch }>();
    // the place may be another than before, the search is the same: it stays, with what it has compiled
    this.#searches.set(place.provider, known.set(id, { place, search: known.get(id)?.search ?? search }));
    return id;
  }

  #forget(id: string): void {
    for (const [provider, searches] of this.#searches) {
      searches.delete(id);
      if (searches.size === 0) this.#searches.delete(provider);
    }
  }
}

function keyTerm(provider: string, key: string): string {
  return `= ${provider} ${key}`;
}

function underTerm(provider: string, path: string): string {
  return `/ ${provider} ${path}`;
}

/** The name, and every path above it. */
function termsOf(provider: string, name: string): readonly string[] {
  const terms = [keyTerm(provider, name), underTerm(provider, '')];
  for (let at = name.indexOf('/'), depth = 0; at >= 0 && depth < deepest; at = name.indexOf('/', at + 1), depth += 1) terms.push(underTerm(provider, name.slice(0, at + 1)));
  return terms;
}
