import { type ExternalSecret, parseExternalSecret } from '../../api/external-secret.ts';
import type { GeneratorObject } from '../../api/generator.ts';
import { type NamedSources, namedSources } from '../../api/named-sources.ts';
import { createdByLabel } from '../../api/names.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { type ParsedObject, parsedObject } from '../../api/parsed-object.ts';
import type { SecretStore } from '../../api/secret-store.ts';
import type { GeneratorReference, StoreReference } from '../../api/source-reference.ts';
import type { Informer } from '../../kube/informer.ts';
import type { ObjectVersion } from '../../kube/object-version.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { createdBy } from '../../secret/desired-secret.ts';
import type { GeneratorCache } from '../../secret/generator-cache.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { ownershipOf } from '../../secret/ownership.ts';
import { targetName } from '../../secret/provides.ts';
import { generatorsOf, namedStores, storeId, storesOf } from '../../secret/references.ts';
import type { NamespaceFacts } from '../../secret/store-access.ts';
import { namespaceFacts } from '../../secret/store-access.ts';
import { inSecretWords } from './generic/condition-words.ts';
import type { KindState, TargetKinds } from './generic/target-kinds.ts';
import { resultOf } from './outcomes.ts';
import type { Baseline, LastSync, SyncMemory } from './sync-memory.ts';
import type { SourcesMemory, SourcesView } from './template-sources.ts';
import { viewSources } from './template-sources.ts';

export interface ExternalSecretEntry extends ParsedObject<ExternalSecret> {
  /** What it seems to name, where it does not parse. */
  readonly named?: NamedSources;
}
/** Parses an ExternalSecret for the cache. */
export function externalSecretEntry(object: KubeObject): ExternalSecretEntry {
  const entry = parsedObject(object, parseExternalSecret);
  return entry.parsed.ok ? entry : { ...entry, named: namedSources(object['spec']) };
}

export type StoreEntry = ParsedObject<SecretStore>;
export type GeneratorEntry = ParsedObject<GeneratorObject>;

/** The live views this controller works from. None of them holds a value of a Secret. */
export interface ExternalSecretCaches extends ExternalSecretInformers {
  readonly generators: GeneratorCache;
}

export interface ExternalSecretInformers {
  readonly externalSecrets: Informer<ExternalSecretEntry>;
  readonly secretStores: Informer<StoreEntry>;
  readonly clusterSecretStores: Informer<StoreEntry>;
  /** Secrets with the managed label. */
  readonly managedSecrets: Informer<LiveSecret>;
  /** All Secrets: what changes whenever one does. */
  readonly secretVersions: Informer<ObjectVersion>;
  /** All ConfigMaps, likewise: templates may stand in them. */
  readonly configMapVersions: Informer<ObjectVersion>;
  readonly namespaces: Informer<NamespaceFacts>;
}

export interface ObservedStore {
  readonly reference: StoreReference;
  /** Absent: there is no such store. */
  readonly entry?: StoreEntry;
  /** False: it is named for all entries, and each entry names another. */
  readonly isRead: boolean;
}

export interface ObservedGenerator {
  readonly reference: GeneratorReference;
  /** Absent: there is no such generator. */
  readonly entry?: GeneratorEntry;
}

/** All that is known about one ExternalSecret at one moment. */
export interface Observed {
  readonly entry: ExternalSecretEntry;
  readonly namespace: NamespaceFacts;
  /** All that it names. */
  readonly stores: readonly ObservedStore[];
  readonly generators: readonly ObservedGenerator[];
  /** The target, where it is known to be managed. */
  readonly live?: LiveSecret;
  /** What is known of the kind of the target, where that is no Secret. */
  readonly kind?: KindState;
  /** The Secret under the target's name, whoever's it is; absent: there is none. */
  readonly target?: ObjectVersion;
  readonly lastSync?: LastSync;
  /** What the last look came to, where there was one. */
  readonly outcome?: Outcome['kind'];
  /** What its template is made of beside its own text; absent where that is nothing. */
  readonly sources?: SourcesView;
  /** What it was made of when it was rendered last, where that is known. */
  readonly rendered?: SourcesMemory;
  /** On the clock's monotonic scale. */
  readonly now: number;
  /** The same moment in milliseconds since the epoch. */
  readonly time: number;
  /** When the controller started, on the monotonic scale. */
  readonly startedAt?: number;
  /** When a provider last told of a change that concerns it, likewise. */
  readonly noticedAt?: number;
}

export interface ObserveOptions {
  readonly caches: ExternalSecretCaches;
  readonly memory: SyncMemory;
  readonly clock: Clock;
  /** Targets that are no Secrets. Absent: there are none. */
  readonly targets?: TargetKinds;
}

/** Gathers what is known from caches and memory; asks nobody. */
export function observe(entry: ExternalSecretEntry, options: ObserveOptions): Observed {
  const { caches, memory, clock } = options;
  const { namespace: name = '', uid = '' } = entry.metadata;
  const facts = { entry, namespace: caches.namespaces.get({ name }) ?? namespaceFacts({ name }), now: clock.monotonic(), time: clock.now(), startedAt: memory.startedAt };
  if (!entry.parsed.ok) {
    const { stores = [], generators = [] } = entry.named ?? {};
    return { ...facts, stores: stores.map((reference) => withEntry({ reference, isRead: false }, storeOf(reference, name, caches))), generators: generators.map((reference) => withEntry({ reference }, caches.generators.get(reference, name))) };
  }

  const externalSecret = entry.parsed.value;
  const key = targetKey(externalSecret);
  const { manifest } = externalSecret.spec;
  const live = liveTarget(externalSecret, options);
  const target = manifest === undefined ? caches.secretVersions.get(key) : undefined;
  const lastSync = memory.lastSync(uid) ?? lastSyncOf(externalSecret, memory.baseline(uid), clock);
  const outcome = memory.outcome(uid);
  const sources = viewSources(externalSecret, caches);
  const rendered = memory.sources(uid);
  const noticedAt = memory.noticedAt(uid);
  return {
    ...facts,
    stores: observeStores(externalSecret, name, caches),
    generators: generatorsOf(externalSecret.spec).map((reference) => withEntry({ reference }, caches.generators.get(reference, name))),
    ...(manifest === undefined ? {} : { kind: options.targets?.stateOf(manifest) ?? noTargetsState }),
    ...(live === undefined ? {} : { live }),
    ...(target === undefined ? {} : { target }),
    ...(lastSync === undefined ? {} : { lastSync }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(sources === undefined ? {} : { sources }),
    ...(rendered === undefined ? {} : { rendered }),
    ...(noticedAt === undefined ? {} : { noticedAt }),
  };
}

const noTargetsState: KindState = { state: 'refused', message: 'invalid generic target: this controller makes no objects but Secrets' };

/** The target as it is known, where it bears the label that says it is managed. */
export function liveTarget(externalSecret: ExternalSecret, { caches, memory, targets }: Pick<ObserveOptions, 'caches' | 'memory' | 'targets'>): LiveSecret | undefined {
  const key = targetKey(externalSecret);
  const { manifest } = externalSecret.spec;
  return manifest === undefined ? (memory.written(key) ?? caches.managedSecrets.get(key)) : targets?.get(manifest, key);
}

/** The key of the Secret, or other object, that an ExternalSecret makes. */
export function targetKey(externalSecret: ExternalSecret): Required<ObjectKey> {
  return { namespace: externalSecret.metadata.namespace ?? '', name: targetName(externalSecret) };
}

function observeStores({ spec }: ExternalSecret, namespace: string, caches: ExternalSecretCaches): readonly ObservedStore[] {
  const read = new Set(storesOf(spec).map(storeId));
  return namedStores(spec).map((reference) => withEntry({ reference, isRead: read.has(storeId(reference)) }, storeOf(reference, namespace, caches)));
}

function withEntry<T extends object, E>(observed: T, entry: E | undefined): T & { readonly entry?: E } {
  return { ...observed, ...(entry === undefined ? {} : { entry }) };
}

function storeOf({ kind, name }: StoreReference, namespace: string, caches: ExternalSecretCaches): StoreEntry | undefined {
  return kind === 'ClusterSecretStore' ? caches.clusterSecretStores.get({ name }) : caches.secretStores.get({ namespace, name });
}

/** What the status remembers of the last sync, be it ours before a restart or External Secrets' before a takeover. */
function lastSyncOf({ status }: ExternalSecret, baseline: Baseline | undefined, clock: Clock): LastSync | undefined {
  const { syncedResourceVersion: version, refreshTime, conditions } = status;
  const time = Date.parse(refreshTime ?? '');
  if (version === undefined || version === '' || Number.isNaN(time)) return undefined;
  const ready = conditions.find(({ type }) => type === 'Ready');
  const sync = { version, time, at: clock.monotonic() - (clock.now() - time), ...baseline };
  if (ready?.status !== 'True') return { ...sync, failing: true };
  return { ...sync, result: resultOf(inSecretWords(ready)), ...(ready.observedGeneration === undefined ? { isOthers: true } : {}) };
}

/**
 * Secrets that this ExternalSecret made under an earlier target name.
 * @param owned keys of managed Secrets with its uid among their owners
 */
export function orphansOf(externalSecret: ExternalSecret, owned: Iterable<ObjectKey>, caches: ExternalSecretCaches): readonly LiveSecret[] {
  const target = targetKey(externalSecret);
  return [...owned].flatMap((key) => {
    const live = caches.managedSecrets.get(key);
    if (live === undefined || ownershipOf(live, externalSecret).kind !== 'ours') return [];
    const made = live.metadata.labels?.[createdByLabel] === createdBy(externalSecret);
    return made && key.namespace === target.namespace && key.name !== target.name ? [live] : [];
  });
}
