import type { PushedEntry } from '../../api/pushed-entry.ts';
import type { SecretStore } from '../../api/secret-store.ts';
import type { RemotePlace } from '../../provider/contract.ts';

/** What names a store in `status.syncedPushSecrets`: `SecretStore/vault`. */
export function syncedStoreKey({ kind, metadata }: Pick<SecretStore, 'kind' | 'metadata'>): string {
  return `${kind}/${metadata.name}`;
}

/** The inverse of `syncedStoreKey`; undefined where somebody else wrote it. */
export function parseSyncedStoreKey(key: string): { readonly kind: SecretStore['kind']; readonly name: string } | undefined {
  const slash = key.indexOf('/');
  const kind = key.slice(0, slash);
  return kind === 'SecretStore' || kind === 'ClusterSecretStore' ? { kind, name: key.slice(slash + 1) } : undefined;
}

/** What names an entry within its store: the remote key, and the property where there is one. */
export function syncedEntryKey({ match: { remoteRef } }: Pick<PushedEntry, 'match'>): string {
  return remoteRef.property === undefined ? remoteRef.remoteKey : `${remoteRef.remoteKey}/${remoteRef.property}`;
}

/** Where an entry goes. */
export function placeOf({ match: { remoteRef }, metadata }: Pick<PushedEntry, 'match' | 'metadata'>): RemotePlace {
  return { ...remoteRef, ...(metadata === undefined ? {} : { metadata }) };
}
