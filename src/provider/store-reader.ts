import type { Capabilities, FindQuery, FoundValue, ReadResult, RemotePlace, RemoteRef, RemoteWrite, RemoveResult, Validation, WriteResult } from './contract.ts';
import type { PropertyLookup } from './property.ts';
import type { ProviderError } from './provider-error.ts';

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
  readonly read: (store: StoreHandle, refs: readonly RemoteRef[], signal: AbortSignal, how?: ReadOptions) => Promise<readonly ReadResult[]>;
  /**
   * Finds values by path, name and tags. Equal queries of one identity that wait at the same time are one call. Never throws
   * ProviderError; a provider that cannot find answers with `unsupported`.
   */
  readonly find: (store: StoreHandle, query: FindQuery, signal: AbortSignal) => Promise<FindResult>;
  /**
   * Checks configuration and credentials. A cluster store whose credentials depend on the consumer is `valid` as far
   * as can be told without one. Throws ProviderError, or the signal's reason.
   */
  readonly validate: (store: StoreHandle, signal: AbortSignal) => Promise<Validation>;
  /** How `property` is looked up in this store's values; `path-only` where the configuration does not parse. */
  readonly propertyLookup: (store: StoreHandle) => PropertyLookup;
  /** What the store's configuration names, resolved to namespaces; empty where the configuration does not parse. */
  readonly credentials: (store: StoreHandle) => readonly NamedCredential[];
  /** What can be done with the store; `ReadOnly` where the configuration does not parse. */
  readonly capabilities: (store: StoreHandle) => Capabilities;
  /** Disposes every client. */
  readonly close: () => Promise<void>;
}

/** How references want to be read. */
export interface ReadOptions {
  /** They are of an object that is new or was edited: they leave before the refreshes that wait. */
  readonly urgent?: boolean;
  /**
   * Since when the object is due, in milliseconds of the monotonic clock: what a call answered that began then or later is right for it,
   * whoever asked. Never earlier than what made it due. Absent: the request itself is the moment.
   */
  readonly since?: number;
}

export type FindResult = { readonly kind: 'found'; readonly values: readonly FoundValue[] } | { readonly kind: 'error'; readonly error: ProviderError };

/** An object that a store's configuration names. */
export interface NamedCredential {
  readonly kind: 'Secret' | 'ConfigMap' | 'ServiceAccount';
  readonly namespace: string;
  readonly name: string;
}

/** The port through which values are written to providers, with the same clients as reads. */
export interface StoreWriter {
  /**
   * Writes values, several at a time but one after the other where they go to the same remote key, and answers each in the same order.
   * Never throws ProviderError. Throws only the signal's reason.
   */
  readonly write: (store: StoreHandle, writes: readonly RemoteWrite[], signal: AbortSignal) => Promise<readonly WriteResult[]>;
  readonly remove: (store: StoreHandle, places: readonly RemotePlace[], signal: AbortSignal) => Promise<readonly RemoveResult[]>;
}
