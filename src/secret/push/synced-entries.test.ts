import { expect, test } from 'vitest';
import type { PushedEntry } from '../../api/pushed-entry.ts';
import { listEntries, staleEntries } from './synced-entries.ts';
import { parseSyncedStoreKey, syncedEntryKey } from './synced-key.ts';

function entry(place: string): PushedEntry {
  const [remoteKey = '', property] = place.split('#');
  return { match: { secretKey: 'key', remoteRef: { remoteKey, ...(property === undefined ? {} : { property }) } } };
}

test.each([
  ['what is still wanted stays', ['a', 'b#p'], ['b#p', 'a'], []],
  ['what is not wanted goes', ['a', 'b'], ['b'], ['a']],
  ['all goes where nothing is wanted', ['a', 'b#p'], [], ['a', 'b/p']],
  ['a property goes where others of its key are wanted', ['a#p', 'a#q'], ['a#q'], ['a/p']],
  ['a property goes with nothing where its key is wanted as a whole: it is overwritten', ['a#p'], ['a'], []],
  ['a whole value stays where a property of it is wanted: to remove it would take that along', ['a'], ['a#p'], []],
])('%s', (_what, old, wanted, stale) => {
  expect(staleEntries(listEntries(old.map(entry)), wanted.map(entry)).map(syncedEntryKey)).toEqual(stale);
});

test.each([
  ['SecretStore/vault', { kind: 'SecretStore', name: 'vault' }],
  ['ClusterSecretStore/a.b', { kind: 'ClusterSecretStore', name: 'a.b' }],
  ['Secret/x', undefined],
  ['SecretStore', undefined],
])('the key %s of a status is understood', (key, store) => {
  expect(parseSyncedStoreKey(key)).toEqual(store);
});
