import type { Clock } from '../../src/lib/clock.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';
import { asResult } from '../../src/provider/as-result.ts';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { ConnectApi } from './connect-api.ts';
import { findFields } from './find.ts';
import { versionOf } from './item.ts';
import { valueOf } from './item-value.ts';
import { ItemPushes } from './push.ts';
import type { Located } from './vaults.ts';
import { Vaults } from './vaults.ts';

export interface OnePasswordClientOptions {
  readonly api: ConnectApi;
  /** Names or ids, in the order in which they are searched. */
  readonly vaults: readonly string[];
  readonly clock: Clock;
}

const batchSize = 50;
/** Requests side by side within one batch: there is none that gets several items. */
const itemsAtOnce = 8;
/** Bytes of a batch: each of its items may be as large as a Secret. */
const mostBytes = 64 * 1024 * 1024;

/** Reads and writes items: the lists of the vaults tell where they are and in which version, then each is asked for by its id. */
export function createOnePasswordClient({ api, vaults: names, clock }: OnePasswordClientOptions): ProviderClient {
  const vaults = new Vaults(api, names);
  const pushes = new ItemPushes({ api, vaults, clock });
  return {
    batchSize,
    read: async (refs, signal) => {
      signal.throwIfAborted();
      const bounded = api.bounded(mostBytes);
      const wanted = Map.groupBy(refs.filter((ref) => refusalOf(ref) === undefined), ({ key }) => key);
      const locations = wanted.size === 0 ? new Map<string, Located | ProviderError>() : await vaults.through(bounded).locate(new Set(wanted.keys()), signal);
      const turns = createSemaphore(itemsAtOnce);
      const read = await Promise.all([...wanted].map(([key, some]) => turns.run(() => readItem(bounded, { location: locations.get(key), refs: some }, signal), signal)));
      const results = new Map(read.flat());
      return refs.map((ref) => refusalOf(ref) ?? results.get(ref) ?? { kind: 'absent' });
    },
    versions: async (refs, signal) => {
      const keys = keysOf(refs);
      const locations = keys.size === 0 ? new Map<string, Located | ProviderError>() : await vaults.through(api.bounded()).locate(keys, signal);
      return refs.map((ref) => {
        const location = refusalOf(ref) === undefined ? locations.get(ref.key) : undefined;
        return location === undefined || location instanceof ProviderError ? undefined : versionOf(location.summary);
      });
    },
    find: (query, signal) => {
      const bounded = api.bounded();
      return findFields({ api: bounded, vaults: vaults.through(bounded) }, query, signal);
    },
    write: (write, signal) => asResult(() => pushes.write(write, signal)),
    remove: (place, signal) => asResult(() => pushes.remove(place, signal)),
    validate: async (signal) => {
      for (const name of names) await vaults.idOf(name, signal);
      return 'valid';
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function keysOf(refs: readonly RemoteRef[]): ReadonlySet<string> {
  return new Set(refs.flatMap((ref) => (refusalOf(ref) === undefined ? [ref.key] : [])));
}

/** An item is asked for once, whatever is wanted of it. */
async function readItem(api: ConnectApi, { location, refs }: { readonly location: Located | ProviderError | undefined; readonly refs: readonly RemoteRef[] }, signal: AbortSignal): Promise<readonly (readonly [RemoteRef, ReadResult])[]> {
  const toAll = (result: ReadResult): readonly (readonly [RemoteRef, ReadResult])[] => refs.map((ref) => [ref, result]);
  if (location === undefined) return toAll({ kind: 'absent' });
  if (location instanceof ProviderError) return toAll({ kind: 'error', error: location });
  const read = await asResult(async () => ({ kind: 'read', item: await api.item(location, signal) }) as const);
  if (read.kind === 'error') return toAll(read);
  const { item } = read;
  if (item === undefined) return toAll({ kind: 'absent' });
  const version = versionOf(item);
  const resultOf = async ({ property }: RemoteRef): Promise<ReadResult> => {
    const value = await valueOf(api, { place: location, item }, property, signal);
    // what is there without this property is not gone: no deletion policy may take that for an order
    if (value === undefined) throw new ProviderError('invalid', `the item has no property ${JSON.stringify((property ?? '').slice(0, 200))}`);
    return { kind: 'value', value, ...(version === undefined ? {} : { version }) };
  };
  return Promise.all(refs.map(async (ref) => [ref, await asResult(() => resultOf(ref))] as const));
}

function refusalOf({ key, version, metadata }: RemoteRef): ReadResult | undefined {
  if (version !== undefined && version !== '') return { kind: 'error', error: new ProviderError('unsupported', 'version: a Connect server gives the present version of an item only') };
  if (metadata === true) return { kind: 'error', error: new ProviderError('unsupported', 'metadataPolicy: items of 1Password have no metadata that could be read') };
  return key === '' ? { kind: 'error', error: new ProviderError('invalid', 'the key is empty') } : undefined;
}
