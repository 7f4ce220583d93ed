import type { PushedEntry } from '../../api/pushed-entry.ts';
import type { StoreWriter } from '../../provider/store-reader.ts';
import { admittedNamespace } from '../../secret/push/admitted-namespace.ts';
import { listEntries, type StoreEntries } from '../../secret/push/synced-entries.ts';
import { parseSyncedStoreKey, placeOf, syncedEntryKey } from '../../secret/push/synced-key.ts';
import { mayReadKey } from '../../secret/allowed-keys.ts';
import { mayUseStore, servesStore, type NamespaceFacts } from '../../secret/store-access.ts';
import { storeHandle, storeName } from '../../secret/store-handle.ts';
import type { PushSecretCaches } from './caches.ts';
import type { PushProblem } from './outcomes.ts';
import { providerProblem } from './outcomes.ts';
import { storeEntry } from './resolve-stores.ts';

export interface RemoveOptions {
  readonly caches: Pick<PushSecretCaches, 'secretStores' | 'clusterSecretStores'>;
  readonly writer: Pick<StoreWriter, 'remove'>;
  readonly controllerClass: string;
}

/** What is still out there after a removal, and why. Without a problem it is another controller's to remove. */
export interface Removed {
  readonly left: StoreEntries;
  readonly problems: readonly PushProblem[];
}

/**
 * Removes entries from a store of the namespace, or from a cluster store that still admits it.
 * @param key as the status names the store: `SecretStore/vault`
 * @throws the signal's reason
 */
export async function removeFromStore(key: string, entries: readonly PushedEntry[], namespace: NamespaceFacts, options: RemoveOptions, signal: AbortSignal): Promise<Removed> {
  if (entries.length === 0) return { left: {}, problems: [] };
  const { caches, writer, controllerClass } = options;
  const refuse = (kind: PushProblem['kind'], message: string, more: Pick<PushProblem, 'isFinal'> = {}): Removed => ({ left: listEntries(entries), problems: [{ kind, message: `${failure}: ${message}`, ...more }] });
  const reference = parseSyncedStoreKey(key);
  // nobody writes such a key; what it stands for, nobody knows
  if (reference === undefined) return { left: {}, problems: [] };
  const name = storeName(reference);
  const entry = storeEntry(reference.kind, reference.name, namespace.name, caches);
  if (entry === undefined) return refuse('wait', `${name} does not exist, and what was pushed to it is still out there`, { isFinal: true });
  if (!entry.parsed.ok) return refuse('wait', `${name} is not valid`);
  const store = entry.parsed.value;
  if (!servesStore(controllerClass, store)) return { left: listEntries(entries), problems: [] };
  if (!mayUseStore(store, namespace)) return refuse('fix', `using ${name} is not allowed from namespace "${namespace.name}": denied by its spec.conditions`);
  if (!entries.every(({ match }) => mayReadKey(store, namespace.name, match.remoteRef.remoteKey))) return refuse('fix', `${name} does not let namespace "${namespace.name}" write all that was pushed to it: denied by its allowed keys`);

  const results = await writer.remove(storeHandle(store, namespace.name), entries.map((one) => ({ ...placeOf(one), ...admittedNamespace(store, namespace.name, one.metadata) })), signal);
  const failures = entries.flatMap((failed, index) => {
    const result = results[index];
    if (result === undefined) throw new Error('the writer answered fewer removals than it was asked for');
    if (result.kind !== 'error') return [];
    const problem = providerProblem(`${failure}: could not remove remote ref ${syncedEntryKey(failed)} from ${name}`, result.error);
    // credentials that are not there are among it
    return [{ failed, problem: { ...problem, ...(result.error.kind === 'invalid' ? { isFinal: true as const } : {}) } }];
  });
  return { left: listEntries(failures.map(({ failed }) => failed)), problems: failures.map(({ problem }) => problem) };
}

const failure = 'Failed to Delete Secrets from Provider';
