import { selectorMatches } from '../../api/label-selector.ts';
import { allowedKeysAnnotation, pushNamespacesAnnotation } from '../../api/names.ts';
import type { ObjectKey } from '../../api/object.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import type { PushStoreReference } from '../../api/push-secret-spec.ts';
import { formatErrors } from '../../api/schema.ts';
import type { SecretStore, StoreKind } from '../../api/secret-store.ts';
import { textHash } from '../../secret/object-hash.ts';
import { syncedStoreKey } from '../../secret/push/synced-key.ts';
import type { NamespaceFacts } from '../../secret/store-access.ts';
import { mayUseStore, servesStore } from '../../secret/store-access.ts';
import { storeName } from '../../secret/store-handle.ts';
import type { PushSecretCaches, PushSecretEntry, StoreEntry } from './caches.ts';
import type { PushProblem } from './outcomes.ts';

/** A store that is pushed to. */
export interface ResolvedStore {
  /** As the status names it: `SecretStore/vault`. */
  readonly key: string;
  readonly store: SecretStore;
  /** Changes whenever the store points somewhere else; a hash, because a configuration may hold values. */
  readonly provider: string;
  /** The same, and whenever it lets others write other keys, or to other namespaces. */
  readonly state: string;
}

/** The stores of one PushSecret, each once, in the order in which it names them and then by name. */
export interface ResolvedStores {
  readonly stores: readonly ResolvedStore[];
  /** Stores that it names and that are left alone, as the status names them: another controller's, or on their way out. */
  readonly left: ReadonlySet<string>;
  /** Why others that it names are not pushed to. */
  readonly problems: readonly PushProblem[];
  /** All that it names are another controller's. */
  readonly isForeign: boolean;
}

type StoreCaches = Pick<PushSecretCaches, 'secretStores' | 'clusterSecretStores'>;

/**
 * Finds the stores of a PushSecret: SecretStores of its own namespace and no other, and ClusterSecretStores that admit it. Those that
 * do not are not selected by their labels either: nobody learns of them.
 */
export function resolveStores({ spec }: PushSecret, namespace: NamespaceFacts, { caches, controllerClass }: { readonly caches: StoreCaches; readonly controllerClass: string }): ResolvedStores {
  const found = new Map<string, Candidate>();
  const problems: PushProblem[] = [];
  for (const reference of spec.secretStoreRefs) {
    for (const candidate of candidatesOf(reference, namespace, caches)) {
      if (candidate.kind === 'problem') problems.push(candidate.problem);
      else if (!found.has(candidate.key)) found.set(candidate.key, candidate);
    }
  }
  const stores: ResolvedStore[] = [];
  const left = new Set<string>();
  let foreign = 0;
  for (const candidate of found.values()) {
    if (candidate.kind !== 'store') continue;
    const { key, store, isLeaving } = candidate;
    const isOurs = servesStore(controllerClass, store);
    if (!isOurs) foreign += 1;
    if (isOurs && !isLeaving) stores.push(resolved(key, store));
    else left.add(key);
  }
  if (found.size === 0 && problems.length === 0) problems.push({ kind: 'wait', message: 'no store bears the labels that spec.secretStoreRefs asks for' });
  return { stores, left, problems: [...problems, ...(stores.length === 0 ? [] : unmatchedRules(spec.dataTo.map(({ store }) => store), stores))], isForeign: foreign > 0 && foreign === found.size && problems.length === 0 };
}

function resolved(key: string, store: SecretStore): ResolvedStore {
  const provider = providerId(store);
  const { annotations = {} } = store.metadata;
  return { key, store, provider, state: JSON.stringify([provider, annotations[allowedKeysAnnotation], annotations[pushNamespacesAnnotation]]) };
}

type Candidate = { readonly kind: 'store'; readonly key: string; readonly store: SecretStore; readonly isLeaving: boolean } | { readonly kind: 'problem'; readonly problem: PushProblem };

function candidatesOf(reference: PushStoreReference, namespace: NamespaceFacts, caches: StoreCaches): readonly (Candidate & { readonly kind: 'store' } | Candidate & { readonly kind: 'problem' })[] {
  if ('name' in reference) return [named(reference, namespace, caches)];
  const { kind, labels } = reference;
  const matching = [...storesOf(kind, caches)].filter(
    ({ metadata, parsed }) => (kind === 'ClusterSecretStore' || metadata.namespace === namespace.name) && selectorMatches(labels, metadata.labels ?? {}) && !(parsed.ok && !mayUseStore(parsed.value, namespace)),
  );
  return matching.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).map((entry) => candidate(kind, entry));
}

function named({ kind, name }: PushStoreReference & { readonly name: string }, namespace: NamespaceFacts, caches: StoreCaches): Candidate {
  const entry = storeEntry(kind, name, namespace.name, caches);
  if (entry === undefined) return problem({ kind: 'wait', message: `could not get ${storeName({ kind, name })}: it does not exist` });
  if (entry.parsed.ok && !mayUseStore(entry.parsed.value, namespace)) {
    return problem({ kind: 'fix', message: `using ${storeName({ kind, name })} is not allowed from namespace "${namespace.name}": denied by its spec.conditions` });
  }
  return candidate(kind, entry);
}

function candidate(kind: StoreKind, { metadata, parsed }: StoreEntry): Candidate {
  if (!parsed.ok) return problem({ kind: 'wait', message: `${storeName({ kind, name: metadata.name })} is not valid: ${formatErrors(parsed.errors)}` });
  return { kind: 'store', key: syncedStoreKey(parsed.value), store: parsed.value, isLeaving: metadata.deletionTimestamp !== undefined };
}

function problem(reason: PushProblem): Candidate {
  return { kind: 'problem', problem: reason };
}

/** The store of a name that an object of a namespace means. */
export function storeEntry(kind: StoreKind, name: string, namespace: string, { secretStores, clusterSecretStores }: StoreCaches): StoreEntry | undefined {
  const key: ObjectKey = kind === 'ClusterSecretStore' ? { name } : { namespace, name };
  return kind === 'ClusterSecretStore' ? clusterSecretStores.get(key) : secretStores.get(key);
}

/** Whether a PushSecret that does not parse is another controller's to refuse: all stores that it names are. */
export function isOthersToRefuse({ metadata: { namespace = '' }, named = [] }: PushSecretEntry, { caches, controllerClass }: { readonly caches: StoreCaches; readonly controllerClass: string }): boolean {
  const stores = named.map(({ kind, name }) => storeEntry(kind, name, namespace, caches)?.parsed);
  return stores.length > 0 && stores.every((parsed) => parsed?.ok === true && !servesStore(controllerClass, parsed.value));
}

function storesOf(kind: StoreKind, { secretStores, clusterSecretStores }: StoreCaches): IterableIterator<StoreEntry> {
  return kind === 'ClusterSecretStore' ? clusterSecretStores.values() : secretStores.values();
}

/** A rule for no store is a slip of the pen. */
function unmatchedRules(targets: readonly PushStoreReference[], stores: readonly ResolvedStore[]): readonly PushProblem[] {
  return targets.flatMap((target, index) => {
    const isMatched = 'name' in target || stores.some(({ store }) => isTarget(target, store));
    return isMatched ? [] : [{ kind: 'wait', message: `dataTo[${index}]: labelSelector does not match any store in secretStoreRefs` }];
  });
}

/** Whether a rule of `dataTo` is for a store. */
export function isTarget(target: PushStoreReference, { kind, metadata }: SecretStore): boolean {
  if (target.kind !== kind) return false;
  return 'name' in target ? target.name === metadata.name : selectorMatches(target.labels, metadata.labels ?? {});
}

const providerIds = new WeakMap<SecretStore, string>();

/** Computed once for each version of a store. */
function providerId(store: SecretStore): string {
  const known = providerIds.get(store);
  if (known !== undefined) return known;
  const id = textHash(JSON.stringify([store.metadata.uid, store.spec.provider]));
  providerIds.set(store, id);
  return id;
}
