import type { ExternalSecret } from '../../api/external-secret.ts';
import type { StoreReference } from '../../api/external-secret-spec.ts';
import { createdByLabel } from '../../api/names.ts';
import type { ObjectKey } from '../../api/object.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import type { SecretStore } from '../../api/secret-store.ts';
import type { Informer } from '../../kube/informer.ts';
import type { ObjectVersion } from '../../kube/object-version.ts';
import type { Clock } from '../../lib/clock.ts';
import { createdBy } from '../../secret/desired-secret.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { ownershipOf } from '../../secret/ownership.ts';
import { targetName } from '../../secret/provides.ts';
import type { NamespaceFacts } from '../../secret/store-access.ts';
import { namespaceFacts } from '../../secret/store-access.ts';
import type { LastSync, SyncMemory } from './sync-memory.ts';
import type { SourcesMemory, SourcesView } from './template-sources.ts';
import { viewSources } from './template-sources.ts';

export type ExternalSecretEntry = ParsedObject<ExternalSecret>;
export type StoreEntry = ParsedObject<SecretStore>;

/** The live views this controller works from. None of them holds a value of a Secret. */
export interface ExternalSecretCaches {
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

/** All that is known about one ExternalSecret at one moment. */
export interface Observed {
  readonly entry: ExternalSecretEntry;
  readonly namespace: NamespaceFacts;
  /** Absent: there is no such store. */
  readonly store?: StoreEntry;
  /** The Secret under the target's name, where it is known to be managed. */
  readonly live?: LiveSecret;
  readonly lastSync?: LastSync;
  /** What its template is made of beside its own text; absent where that is nothing. */
  readonly sources?: SourcesView;
  /** What it was made of when it was rendered last, where that is known. */
  readonly rendered?: SourcesMemory;
  /** On the clock's monotonic scale. */
  readonly now: number;
}

export interface ObserveOptions {
  readonly caches: ExternalSecretCaches;
  readonly memory: SyncMemory;
  readonly clock: Clock;
}

/** Gathers what is known from caches and memory; asks nobody. */
export function observe(entry: ExternalSecretEntry, { caches, memory, clock }: ObserveOptions): Observed {
  const { namespace: name = '', uid = '' } = entry.metadata;
  const facts = { entry, namespace: caches.namespaces.get({ name }) ?? namespaceFacts({ name }), now: clock.monotonic() };
  if (!entry.parsed.ok) return facts;

  const externalSecret = entry.parsed.value;
  const store = storeOf(externalSecret.spec.secretStoreRef, name, caches);
  const key = targetKey(externalSecret);
  const live = memory.written(key) ?? caches.managedSecrets.get(key);
  const lastSync = memory.lastSync(uid) ?? lastSyncOf(externalSecret, clock);
  const sources = viewSources(externalSecret, caches);
  const rendered = memory.sources(uid);
  return {
    ...facts,
    ...(store === undefined ? {} : { store }),
    ...(live === undefined ? {} : { live }),
    ...(lastSync === undefined ? {} : { lastSync }),
    ...(sources === undefined ? {} : { sources }),
    ...(rendered === undefined ? {} : { rendered }),
  };
}

/** The key of the Secret that an ExternalSecret makes. */
export function targetKey(externalSecret: ExternalSecret): Required<ObjectKey> {
  return { namespace: externalSecret.metadata.namespace ?? '', name: targetName(externalSecret) };
}

function storeOf({ kind, name }: StoreReference, namespace: string, caches: ExternalSecretCaches): StoreEntry | undefined {
  return kind === 'ClusterSecretStore' ? caches.clusterSecretStores.get({ name }) : caches.secretStores.get({ namespace, name });
}

/** What the status remembers of the last sync, be it ours before a restart or External Secrets' before a takeover. */
function lastSyncOf({ status }: ExternalSecret, clock: Clock): LastSync | undefined {
  const { syncedResourceVersion: version, refreshTime, conditions } = status;
  const time = Date.parse(refreshTime ?? '');
  const age = clock.now() - time;
  const ready = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  // a time in the future says nothing: the clock was wrong then or is now
  if (version === undefined || !ready || Number.isNaN(age) || age < 0) return undefined;
  return { version, time, at: clock.monotonic() - age };
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
