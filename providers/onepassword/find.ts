import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { ConnectApi, ItemPlace } from './connect-api.ts';
import type { ItemSummary } from './item.ts';
import { versionOf } from './item.ts';
import { fieldsOf, filesOf } from './item-value.ts';
import type { Vaults } from './vaults.ts';

export interface SearchedVaults {
  readonly api: ConnectApi;
  readonly vaults: Vaults;
}

/** Each item that is looked into costs a request. */
const mostItems = 500;
const itemsAtOnce = 8;

/**
 * Fields and files whose labels and names match, of items that have all tags (by their names, the values of `tags` say nothing) and whose
 * title is the path, as upstream. Of several of one name the first counts, in the order of the vaults and items.
 */
export async function findFields({ api, vaults }: SearchedVaults, query: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const places: ItemPlace[] = [];
  for (const name of vaults.names) {
    const vault = await vaults.idOf(name, signal);
    const fitting = (await vaults.list(vault, undefined, signal)).filter((item) => fits(item, query));
    places.push(...fitting.map(({ id }) => ({ vault, id })));
  }
  if (places.length > mostItems) throw new ProviderError('invalid', `the search looks into ${places.length} items, more than ${mostItems}; narrow it by find.path or find.tags`);
  const turns = createSemaphore(itemsAtOnce);
  const found = await Promise.all(places.map((place) => turns.run(() => findIn(api, place, query, signal), signal)));
  const byKey = new Map<string, FoundValue>();
  for (const value of found.flat()) if (!byKey.has(value.key)) byKey.set(value.key, value);
  return [...byKey.values()];
}

function fits({ title, tags }: ItemSummary, query: FindQuery): boolean {
  return (query.path === undefined || query.path === title) && Object.keys(query.tags ?? {}).every((tag) => tags?.includes(tag) === true);
}

async function findIn(api: ConnectApi, place: ItemPlace, { name }: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const item = await api.item(place, signal);
  if (item === undefined) return [];
  const matches = (key: string): boolean => name?.matches(key) ?? true;
  const { fields, ambiguous } = fieldsOf(item);
  for (const label of ambiguous) if (matches(label)) throw new ProviderError('invalid', `item ${JSON.stringify(item.title ?? item.id)} has several fields ${JSON.stringify(label)}`);
  const version = versionOf(item);
  const files = await filesOf(api, place, (item.files ?? []).filter((file) => matches(file.name ?? '')), signal);
  const found = [...files, ...fields].filter(([key]) => matches(key));
  return found.map(([key, value]) => ({ key, value, ...(version === undefined ? {} : { version }) }));
}
