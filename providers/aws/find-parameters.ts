import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { addByName, FoundValues } from './found-values.ts';
import { readingParameter, searching } from './operation.ts';
import type { ParameterStore } from './parameter-store.ts';
import type { ParameterReader } from './read-parameters.ts';
import { mostParameters } from './read-parameters.ts';

const readingPath = searching(readingParameter, 'ssm:GetParametersByPath');

interface Search {
  readonly store: ParameterStore;
  readonly reader: ParameterReader;
}

/**
 * The parameters below `path` whose names match, and that have all tags, each under its whole name: a store's prefix counts for single
 * parameters only, as in External Secrets. Without tags the values come with the names; where that is denied, and with tags, they are read
 * by name.
 */
export async function findParameters({ store, reader }: Search, query: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const byPath = Object.keys(query.tags ?? {}).length === 0 ? await readBelow(store, query, signal) : 'denied';
  return byPath === 'denied' ? readDescribed({ store, reader }, query, signal) : byPath;
}

async function readBelow(store: ParameterStore, { path, name }: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[] | 'denied'> {
  const found = new FoundValues();
  try {
    for (let next: { readonly next?: string } | undefined = {}; next !== undefined; ) {
      const page = await store.getBelow(pathOf(path), next.next, signal);
      for (const one of page.items) if (name?.matches(one.key) ?? true) found.add(one);
      next = page.next === undefined ? undefined : { next: page.next };
    }
    return found.all;
  } catch (thrown) {
    signal.throwIfAborted();
    const { meaning, error } = store.failureOf(thrown, readingPath);
    if (meaning === 'forbidden') return 'denied';
    throw error;
  }
}

async function readDescribed({ store, reader }: Search, query: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const { name } = query;
  const found = new FoundValues();
  for (let next: { readonly next?: string } | undefined = {}; next !== undefined; ) {
    const page = await store.describe(filtersOf(query), next.next, signal);
    const names = page.items.filter((key) => name?.matches(key) ?? true);
    await addByName(names, { found, batchSize: mostParameters, read: (refs) => reader.read(refs, signal) });
    next = page.next === undefined ? undefined : { next: page.next };
  }
  return found.all;
}

function filtersOf({ path, tags = {} }: FindQuery): readonly ParameterStringFilter[] {
  const ofTags = Object.entries(tags).map(([key, value]) => ({ Key: `tag:${key}`, Option: 'Equals', Values: [value] }));
  return path === undefined || path === '' ? ofTags : [...ofTags, { Key: 'Path', Option: 'Recursive', Values: [pathOf(path)] }];
}

/** A path ends without a slash, but for the root, below which everything is. */
function pathOf(path = ''): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed;
}
