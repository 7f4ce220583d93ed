import { ProviderError } from '../../src/provider/provider-error.ts';
import type { ConnectApi, ItemPlace } from './connect-api.ts';
import type { ItemSummary } from './item.ts';

/** An item that was found, and in which vault. */
export interface Located extends ItemPlace {
  readonly summary: ItemSummary;
}

/** What each key means: an item, nothing in any vault, or why that cannot be told. */
export type Locations = ReadonlyMap<string, Located | ProviderError>;

/** An id of 1Password's. */
const idForm = /^[\da-z]{26}$/;

/** The vaults of a store, in the order in which they are searched. */
export class Vaults {
  readonly #api: ConnectApi;
  readonly #names: readonly string[];
  /** The ids of the vaults, by what the store calls them. */
  readonly #known: Map<string, string>;

  constructor(api: ConnectApi, names: readonly string[], known = new Map<string, string>()) {
    this.#api = api;
    this.#names = names;
    this.#known = known;
  }

  /** The same, asked for through another client; what ids they know they know together. */
  through(api: ConnectApi): Vaults {
    return new Vaults(api, this.#names, this.#known);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /**
   * Finds items by title, or by id. Of a single one the servers are asked for just that; of more, the vaults are listed.
   * What stands before a vault that cannot be listed is found still.
   */
  async locate(keys: ReadonlySet<string>, signal: AbortSignal): Promise<Locations> {
    const found = new Map<string, Located | ProviderError>();
    const [only = ''] = keys;
    const title = keys.size === 1 && !idForm.test(only) && !/["\\]/.test(only) ? only : undefined;
    for (const name of this.#names) {
      const open = [...keys].filter((key) => !found.has(key));
      if (open.length === 0) break;
      try {
        const vault = await this.idOf(name, signal);
        const items = await this.list(vault, title, signal);
        for (const key of open) {
          const located = pick(items, key, { vault, name });
          if (located !== undefined) found.set(key, located);
        }
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        for (const key of open) if (!found.has(key)) found.set(key, error);
      }
    }
    return found;
  }

  /** The items of a vault. A vault that refuses may be another by now: its id is looked up anew. */
  async list(vault: string, title: string | undefined, signal: AbortSignal): Promise<readonly ItemSummary[]> {
    try {
      return await this.#api.items(vault, title, signal);
    } catch (error) {
      this.#known.clear();
      throw error;
    }
  }

  /** @throws ProviderError where the token sees no such vault, or several */
  async idOf(name: string, signal: AbortSignal): Promise<string> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const vaults = await this.#api.vaults(signal);
    const named = vaults.filter((vault) => vault.id === name || vault.name === name);
    const [chosen, ...others] = named.some(({ id }) => id === name) ? named.filter(({ id }) => id === name) : named;
    if (chosen === undefined) throw new ProviderError('denied', `there is no vault ${JSON.stringify(name)}, or the token may not see it; check vaults`);
    if (others.length > 0) throw new ProviderError('invalid', `there are several vaults ${JSON.stringify(name)}; name the one that is meant by its id in vaults`);
    this.#known.set(name, chosen.id);
    return chosen.id;
  }
}

function pick(items: readonly ItemSummary[], key: string, { vault, name }: { readonly vault: string; readonly name: string }): Located | ProviderError | undefined {
  const byId = idForm.test(key) ? items.filter(({ id }) => id === key) : [];
  const [summary, ...others] = byId.length > 0 ? byId : items.filter(({ title }) => title === key);
  if (others.length > 0) return new ProviderError('invalid', `vault ${JSON.stringify(name)} has ${others.length + 1} items ${JSON.stringify(key)}; name the one that is meant by its id`);
  return summary === undefined ? undefined : { vault, id: summary.id, summary };
}
