import type { ExternalSecret } from '../../api/external-secret.ts';
import { formatErrors } from '../../api/schema.ts';
import type { SecretStore } from '../../api/secret-store.ts';
import type { StoreHandle } from '../../provider/store-reader.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { isIntact } from '../../secret/drift.ts';
import { textHash } from '../../secret/object-hash.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { mayUseStore, servesStore } from '../../secret/store-access.ts';
import { storeHandle, storeName } from '../../secret/store-handle.ts';
import type { Observed, StoreEntry } from './observe.ts';
import { stalled, synced, waiting } from './outcomes.ts';
import { nextRefresh } from './refresh-schedule.ts';

export type Decision =
  /** Not ours to reconcile, or on its way out: no status is written either. */
  | { readonly kind: 'ignore' }
  /** The store is there and nobody has judged it yet. It will be in a moment, so that is not worth a status. */
  | { readonly kind: 'unjudged'; readonly outcome: Outcome }
  /** There is nothing to do but to say so. */
  | { readonly kind: 'report'; readonly outcome: Outcome }
  | { readonly kind: 'sync'; readonly externalSecret: ExternalSecret; readonly store: StoreHandle; readonly provider: string; readonly why: SyncReason };

/**
 * - `due`: something is asked for that was not read yet, or time is up
 * - `heal`: only because somebody changed the Secret
 * - `sources`: only because what the template is made of has changed, or seems to have
 */
export type SyncReason = 'due' | 'heal' | 'sources';

/** Decides what is to be done for one ExternalSecret; reads no clock and asks nobody. */
export function decide(observed: Observed, controllerClass: string): Decision {
  const { entry, namespace, store } = observed;
  if (entry.metadata.deletionTimestamp !== undefined || namespace.terminating) return { kind: 'ignore' };
  if (!entry.parsed.ok) return { kind: 'report', outcome: stalled(`invalid ExternalSecret: ${formatErrors(entry.parsed.errors)}`) };

  const externalSecret = entry.parsed.value;
  const storeIsOurs = store === undefined || !store.parsed.ok || servesStore(controllerClass, store.parsed.value);
  if (!storeIsOurs) return { kind: 'ignore' };

  const provider = store?.parsed.ok === true ? providerId(store.parsed.value) : undefined;
  // a right that was taken away is told at once, not at the next refresh; the Secret stays
  const isDenied = store?.parsed.ok === true && !mayUseStore(store.parsed.value, observed.namespace);
  const due = isDenied ? -Infinity : refreshDue(externalSecret, observed, provider);
  if (due <= observed.now) return decideSync(externalSecret, observed, isSameRequest(externalSecret, observed) && !isSecretIntact(externalSecret, observed) ? 'heal' : 'due');
  return haveSourcesChanged(observed) ? decideSync(externalSecret, observed, 'sources') : { kind: 'report', outcome: synced(due - observed.now) };
}

/** Whether what was last synced is still what is asked for. */
function isSameRequest(externalSecret: ExternalSecret, { lastSync }: Observed): boolean {
  return lastSync !== undefined && lastSync.version === resourceVersionOf(externalSecret.metadata);
}

function isSecretIntact(externalSecret: ExternalSecret, { live }: Observed): boolean {
  return live !== undefined && isIntact(live, externalSecret);
}

/**
 * Whether the ConfigMaps and Secrets that hold templates are others than those that were rendered. After a restart, and where External
 * Secrets rendered them, the versions are not known: then a source counts as changed if it was written after the last sync, in a later
 * second. What had not changed is so left as it is, and a change that nobody saw is made good.
 */
function haveSourcesChanged({ sources, rendered, lastSync }: Observed): boolean {
  if (sources === undefined || lastSync === undefined) return false;
  return rendered === undefined ? sources.writtenAt > lastSync.time : rendered.versions !== sources.versions;
}

/** The moment on the monotonic scale from which the provider is to be read; -Infinity: at once, Infinity: never. */
function refreshDue(externalSecret: ExternalSecret, observed: Observed, provider: string | undefined): number {
  const { lastSync } = observed;
  if (lastSync === undefined || !isSameRequest(externalSecret, observed) || !isSecretIntact(externalSecret, observed)) return -Infinity;
  if (provider !== undefined && lastSync.provider !== undefined && lastSync.provider !== provider) return -Infinity;
  return nextRefresh(externalSecret, lastSync.at);
}

/** What has to hold of the store before anything is read through it. */
function decideSync(externalSecret: ExternalSecret, observed: Observed, why: SyncReason): Decision {
  const { store, namespace } = observed;
  const name = storeName(externalSecret.spec.secretStoreRef);
  if (store === undefined) return { kind: 'report', outcome: waiting(`${name} does not exist`) };
  if (!store.parsed.ok) return { kind: 'report', outcome: waiting(`${name} is not valid: ${formatErrors(store.parsed.errors)}`) };

  const parsed = store.parsed.value;
  if (!mayUseStore(parsed, namespace)) {
    return { kind: 'report', outcome: stalled(`using ${name} is not allowed from namespace "${namespace.name}": denied by its spec.conditions`) };
  }
  const verdict = verdictOf(store);
  if (verdict === undefined) return { kind: 'unjudged', outcome: waiting(`${name} has not been validated yet`) };
  if (!verdict.ready) return { kind: 'report', outcome: waiting(`${name} is not ready: ${verdict.message}`) };
  return { kind: 'sync', externalSecret, store: storeHandle(parsed, namespace.name), provider: providerId(parsed), why };
}

/** What the store's controller says of this generation of it; undefined before it has said anything. */
function verdictOf({ metadata, parsed }: StoreEntry): { readonly ready: boolean; readonly message: string } | undefined {
  const ready = parsed.ok ? parsed.value.status.conditions.find(({ type }) => type === 'Ready') : undefined;
  if (ready === undefined || (ready.observedGeneration !== undefined && ready.observedGeneration !== metadata.generation)) return undefined;
  return { ready: ready.status === 'True', message: ready.message };
}

const providerIds = new WeakMap<SecretStore, string>();

/** Changes whenever the store points somewhere else; a hash, because a configuration may hold values. Computed once for each version of a store. */
function providerId(store: SecretStore): string {
  const known = providerIds.get(store);
  if (known !== undefined) return known;
  const id = textHash(JSON.stringify([store.metadata.uid, store.spec.provider]));
  providerIds.set(store, id);
  return id;
}
