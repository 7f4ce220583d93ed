import type { PushedEntry, SyncedEntries } from '../../api/pushed-entry.ts';
import { syncedEntryKey } from './synced-key.ts';

/** The entries of one store as the status lists them. */
export type StoreEntries = Readonly<Record<string, PushedEntry>>;

/** Lists entries as the status does. */
export function listEntries(entries: readonly PushedEntry[]): StoreEntries {
  return Object.fromEntries(entries.map((entry) => [syncedEntryKey(entry), entry]));
}

/**
 * What was pushed to a store and is to go from it, because it is not among `wanted` any more. What shares its remote key with what is
 * wanted was overwritten together with it, and is no more to be removed, unless both are properties of it.
 */
export function staleEntries(old: StoreEntries, wanted: readonly PushedEntry[]): readonly PushedEntry[] {
  return Object.values(old).filter(({ match: { remoteRef } }) =>
    wanted.every(({ match: { remoteRef: other } }) => {
      if (other.remoteKey !== remoteRef.remoteKey) return true;
      return other.property !== undefined && remoteRef.property !== undefined && other.property !== remoteRef.property;
    }),
  );
}

/** Both lists together; where both have an entry, that of `first` counts. */
export function mergeEntries(first: StoreEntries, second: StoreEntries): StoreEntries {
  return { ...second, ...first };
}

/** How many entries are out there in all. */
export function countEntries(synced: SyncedEntries): number {
  return Object.values(synced).reduce((sum, entries) => sum + Object.keys(entries).length, 0);
}
