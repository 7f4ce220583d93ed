import type { ReadResult, RemoteRef, Validation } from './contract.ts';
import type { PropertyLookup } from './property.ts';

/** A store as the reader needs it: parsed nowhere else than by the adapter. */
export interface StoreHandle {
  /** `SecretStore ns/name` or `ClusterSecretStore name`: for messages and metrics. */
  readonly label: string;
  /** `spec.provider` as it stands: an object with exactly one key, the adapter's id. */
  readonly provider: unknown;
  /** A namespaced store may name Secrets of its own namespace only; a cluster store any, or the consumer's by default. */
  readonly scope: 'namespaced' | 'cluster';
  /** The namespace of the consumer (for a SecretStore this is the store's own namespace). Absent while a cluster store is validated. */
  readonly namespace?: string;
}

/** The port through which controllers reach providers: batched, pooled by identity, bounded. */
export interface StoreReader {
  /**
   * Reads references through one store, together with whatever others ask of the same identity just then.
   * Never throws ProviderError: what failed for all is each reference's error result. Throws only the signal's reason.
   */
  readonly read: (store: StoreHandle, refs: readonly RemoteRef[], signal: AbortSignal) => Promise<readonly ReadResult[]>;
  /**
   * Checks configuration and credentials. A cluster store whose credentials depend on the consumer is `valid` as far
   * as can be told without one. Throws ProviderError, or the signal's reason.
   */
  readonly validate: (store: StoreHandle, signal: AbortSignal) => Promise<Validation>;
  /** How `property` is looked up in this store's values; `path-only` where the configuration does not parse. */
  readonly propertyLookup: (store: StoreHandle) => PropertyLookup;
  /** Secrets the store's configuration names, resolved to namespaces; empty where the configuration does not parse. */
  readonly credentials: (store: StoreHandle) => readonly { readonly namespace: string; readonly name: string }[];
  /** Disposes every client. */
  readonly close: () => Promise<void>;
}
