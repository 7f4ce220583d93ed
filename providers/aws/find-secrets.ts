import type { Filter } from '@aws-sdk/client-secrets-manager';
import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { addByName, FoundValues } from './found-values.ts';
import type { SecretReader } from './read-secrets.ts';
import { mostSecrets } from './read-secrets.ts';
import type { SecretsManager } from './secrets-manager.ts';
import { hasTags } from './tags.ts';

/** The characters that a value of a filter may have, and how many; a name or a tag with others is told by the list itself. */
const filterable = /^[\w :@/+=.-]{1,512}$/;
/** The most filters of one request. */
const mostFilters = 10;

/**
 * The secrets whose names begin with `path` and match `name`, and that have all tags, each under its whole name: a store's prefix counts
 * for single secrets only, as in External Secrets. Filters make the list shorter; what is on it is looked at again, because AWS matches keys
 * and values of tags apart from each other, and by how they begin.
 */
export async function findSecrets(service: SecretsManager, reader: SecretReader, query: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const { path = '', name, tags = {} } = query;
  const filters = filtersOf(query);
  const found = new FoundValues();
  for (let next: { readonly next?: string } | undefined = {}; next !== undefined; ) {
    const page = await service.list({ filters, ...next }, signal);
    const names = page.secrets.flatMap(({ Name: key, Tags, DeletedDate }) =>
      key !== undefined && DeletedDate === undefined && key.startsWith(path) && (name?.matches(key) ?? true) && hasTags(Tags, tags) ? [key] : [],
    );
    await addByName(names, { found, batchSize: mostSecrets, read: (refs) => reader.read(refs, signal) });
    next = page.next === undefined ? undefined : { next: page.next };
  }
  return found.all;
}

function filtersOf({ path = '', tags = {} }: FindQuery): readonly Filter[] {
  const filter = (Key: 'name' | 'tag-key' | 'tag-value', value: string): readonly Filter[] => (filterable.test(value) ? [{ Key, Values: [value] }] : []);
  const ofTags = Object.entries(tags).flatMap(([key, value]) => [...filter('tag-key', key), ...filter('tag-value', value)]);
  return [...filter('name', path), ...ofTags].slice(0, mostFilters);
}
