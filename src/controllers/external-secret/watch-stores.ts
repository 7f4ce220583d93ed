import type { ObjectKey } from '../../api/object.ts';
import { formatKey, parseKey } from '../../api/object.ts';
import { allowedKeysAnnotation } from '../../api/names.ts';
import type { StoreKind } from '../../api/secret-store.ts';
import type { ReverseIndex } from '../../lib/reverse-index.ts';
import type { GeneratorRunner } from '../../provider/generator-runner.ts';
import type { NamedCredential, StoreReader } from '../../provider/store-reader.ts';
import { generatorHandle } from '../../secret/generator-handle.ts';
import { namedStores } from '../../secret/references.ts';
import { storeHandle } from '../../secret/store-handle.ts';
import type { CredentialIndex, SourceUsage } from './credential-index.ts';
import type { ExternalSecretCaches, ExternalSecretEntry, StoreEntry } from './observe.ts';
import { verdictOf } from './sources.ts';
import type { SyncMemory } from './sync-memory.ts';

/** Which ExternalSecrets read which stores, and as whom. */
export interface StoreIndexes {
  readonly byStore: ReverseIndex;
  readonly byCredential: CredentialIndex;
}

type Stop = () => void;

/** Wakes the ExternalSecrets of a store that has come, gone, changed, or been judged anew. */
export function watchStores({ secretStores, clusterSecretStores }: ExternalSecretCaches, { byStore, byCredential }: StoreIndexes, enqueueAll: (keys: Iterable<string>, isNews: boolean) => void): readonly Stop[] {
  const watch = (kind: StoreKind, stores: ExternalSecretCaches['secretStores']): Stop =>
    stores.subscribe(({ key, current, previous }) => {
      if (storeState(current) === storeState(previous)) return;
      byCredential.refresh(storeTerm(kind, key));
      enqueueAll(byStore.itemsOf(storeTerm(kind, key)), !isFirstVerdict(current, previous));
    });
  return [watch('SecretStore', secretStores), watch('ClusterSecretStore', clusterSecretStores)];
}

/** Wakes those whom a store or generator has failed when what it acts as changes: they need not wait for their next attempt. */
export function watchCredentials({ externalSecrets, secretVersions, configMapVersions }: ExternalSecretCaches, memory: SyncMemory, { byCredential }: StoreIndexes, enqueueAll: (keys: Iterable<string>) => void): readonly Stop[] {
  const isUnsynced = (id: string): boolean => memory.outcome(externalSecrets.get(parseKey(id))?.metadata.uid ?? '') !== 'synced';
  return [
    secretVersions.subscribe(({ key }) => enqueueAll([...byCredential.objectsOf('Secret', key)].filter(isUnsynced))),
    configMapVersions.subscribe(({ key }) => enqueueAll([...byCredential.objectsOf('ConfigMap', key)].filter(isUnsynced))),
  ];
}

/** What a store or generator, as it is now, takes its credentials from. */
export function credentialsOf({ kind, name, namespace }: SourceUsage, { secretStores, clusterSecretStores, generators }: ExternalSecretCaches, { reader, runner }: CredentialReaders): readonly NamedCredential[] {
  if (kind === 'SecretStore' || kind === 'ClusterSecretStore') {
    const store = kind === 'SecretStore' ? secretStores.get({ namespace, name }) : clusterSecretStores.get({ name });
    return store?.parsed.ok === true ? reader.credentials(storeHandle(store.parsed.value, namespace)) : [];
  }
  const generator = generators.get({ kind, name }, namespace);
  return generator?.parsed.ok === true ? runner.credentials(generatorHandle({ kind, name }, generator.parsed.value, namespace)) : [];
}

/** Who knows what a configuration names. */
export interface CredentialReaders {
  readonly reader: Pick<StoreReader, 'credentials'>;
  readonly runner: Pick<GeneratorRunner, 'credentials'>;
}

/** The stores that an ExternalSecret names, as the index knows them. */
export function storeTerms({ metadata, parsed, named }: ExternalSecretEntry): readonly string[] {
  return (parsed.ok ? namedStores(parsed.value.spec) : (named?.stores ?? [])).map(({ kind, name }) => storeTerm(kind, kind === 'SecretStore' ? { namespace: metadata.namespace ?? '', name } : { name }));
}

/** A store, as the indexes name it. */
export function storeTerm(kind: StoreKind, key: ObjectKey): string {
  return `${kind} ${formatKey(key)}`;
}

/** The store is the one it was, and has been judged now: what waited for that is due since when it was, so that stores judged one by one share what they read. */
function isFirstVerdict(current: StoreEntry | undefined, previous: StoreEntry | undefined): boolean {
  if (current === undefined || previous === undefined || verdictOf(previous) !== undefined) return false;
  const annotation = (entry: StoreEntry): string | undefined => entry.metadata.annotations?.[allowedKeysAnnotation];
  return current.metadata.uid === previous.metadata.uid && current.metadata.generation === previous.metadata.generation && annotation(current) === annotation(previous);
}

/** As much of a store as its ExternalSecrets depend on, as one comparable text. */
function storeState(entry: StoreEntry | undefined): string {
  if (entry === undefined) return 'absent';
  const { metadata, parsed } = entry;
  const ready = parsed.ok ? parsed.value.status.conditions.find(({ type }) => type === 'Ready') : undefined;
  return JSON.stringify([metadata.uid, metadata.generation, metadata.annotations?.[allowedKeysAnnotation], ready?.status, ready?.message, ready?.observedGeneration]);
}
