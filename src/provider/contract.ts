import type { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import type { HttpClient } from '../lib/http.ts';
import type { Random } from '../lib/random.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { PropertyLookup } from './property.ts';
import type { ProviderError } from './provider-error.ts';

/** One value at the provider. Property selection (but for `by-provider`), decoding and rewriting are the core's work, after the read. */
export interface RemoteRef {
  readonly key: string;
  /** In the provider's own notation; absent means the current one. */
  readonly version?: string;
  /** What is wanted of it; said only where `propertyLookup` is `by-provider`. */
  readonly property?: string;
  /** The provider's metadata (labels, tags) is wanted instead of the value, as the JSON object that upstream makes of them. */
  readonly metadata?: true;
}

/** Which values `find` is after: all that satisfy everything that is said. */
export interface FindQuery {
  /** In the provider's own notation, e.g. a prefix of names. */
  readonly path?: string;
  /** A pattern of RE2 that matches somewhere in the name. */
  readonly name?: NamePattern;
  /** Tags or labels that a value must have; absent: any. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A compiled pattern: adapters match names by it and send no pattern of a user anywhere. */
export interface NamePattern {
  readonly source: string;
  readonly matches: (name: string) => boolean;
}

/** One value that `find` found, with its own name at the provider as the key. */
export interface FoundValue {
  readonly key: string;
  readonly value: SecretBytes;
  readonly version?: string;
}

/** A Secret that is pushed, as far as providers may see it. */
export interface PushedSecret {
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: ReadonlyMap<string, SecretBytes>;
}

/** Where at the provider a value is kept. */
export interface RemotePlace {
  readonly remoteKey: string;
  /** A member of the JSON object that is kept there; absent: all of it. */
  readonly property?: string;
  /** What the PushSecret says under `metadata`, for the adapter to parse; absent: nothing. */
  readonly metadata?: unknown;
  /** The namespace that `metadata` chooses at the provider, where the store lets the consumer choose it; else the adapter refuses to go there. */
  readonly admittedNamespace?: string;
}

/** One value to write. */
export interface RemoteWrite extends RemotePlace {
  /** The key of the Secret it comes from; absent: `value` is the whole Secret as a JSON object. */
  readonly secretKey?: string;
  readonly value: SecretBytes;
  readonly source: PushedSecret;
  /** `IfNotExists`: what is there already stays as it is. */
  readonly updatePolicy: 'Replace' | 'IfNotExists';
}

export type WriteResult =
  | { readonly kind: 'written' }
  /** It is there already: the same value, or any with `IfNotExists`. */
  | { readonly kind: 'unchanged' }
  /** `invalid` also where it is there and somebody else's: what does not bear our mark is neither overwritten nor removed. */
  | { readonly kind: 'error'; readonly error: ProviderError };

export type RemoveResult = { readonly kind: 'removed' } | { readonly kind: 'absent' } | { readonly kind: 'error'; readonly error: ProviderError };

/** What can be done with a store, in upstream's words. */
export type Capabilities = 'ReadOnly' | 'WriteOnly' | 'ReadWrite';

export type ReadResult =
  /** `version` is what the provider calls the version it returned, for provenance; never secret. */
  | { readonly kind: 'value'; readonly value: SecretBytes; readonly version?: string }
  /** The provider positively says it does not hold it; never a failure to ask. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'error'; readonly error: ProviderError };

/** A reference to one key of a Secret that a store names for its credentials (External Secrets' SecretKeySelector). */
export interface SecretKeySelector {
  readonly name: string;
  readonly namespace?: string;
  readonly key: string;
}

/** A reference to a service account whose tokens a store uses (External Secrets' ServiceAccountSelector). */
export interface ServiceAccountSelector {
  readonly name: string;
  readonly namespace?: string;
  /** Added to those that the provider asks for itself. */
  readonly audiences?: readonly string[];
}

/** A reference to all of a Secret: templates of webhooks see each of its keys. */
export interface WholeSecretSelector {
  readonly name: string;
  readonly namespace?: string;
}

/** A Secret as far as a configuration that names it may see it. */
export interface WholeSecret {
  readonly labels: Readonly<Record<string, string>>;
  readonly data: ReadonlyMap<string, SecretBytes>;
}

/**
 * What a configuration names in the cluster: it decides as whom the provider is asked, and is watched. With `pinned`, a cluster store has to say
 * the namespace: whom a server must be vouched for by is not for consumers to say, who would be sent the store's credentials.
 */
export type CredentialSelector =
  | (SecretKeySelector & { readonly kind?: 'Secret'; readonly pinned?: true })
  | (WholeSecretSelector & { readonly kind: 'WholeSecret' })
  | (SecretKeySelector & { readonly kind: 'ConfigMap'; readonly pinned?: true })
  | (ServiceAccountSelector & { readonly kind: 'ServiceAccount' });

/** What a template sees: a map of maps of strings, as `{{ .group.key }}`. */
export type TemplateData = ReadonlyMap<string, ReadonlyMap<string, SecretBytes>>;

/** The store that asks, as far as its client may know it. */
export interface AskingStore {
  readonly scope: 'namespaced' | 'cluster';
  /** Where `consumerInputs` names the store. */
  readonly name?: string;
  /** The consumer's, where `consumerInputs` names it; absent too while a cluster store is validated. */
  readonly namespace?: string;
}

/** What Prelude's own identity is proved with: files that were mounted into its pod, and the cloud's metadata service. */
export interface OwnMeans {
  /** The content of a file. ProviderError `invalid` where it cannot be read. */
  readonly file: (path: string) => Promise<SecretBytes>;
  /** Requests that may go to link-local and metadata addresses: never to one that a store names. */
  readonly http: HttpClient;
}

/** What a provider or a generator may have. Everything it hands out is already authorised for the store. */
export interface ProviderContext {
  /** The value of a key of a Secret. ProviderError `invalid` where it is absent or the store may not name it. */
  readonly secret: (selector: SecretKeySelector) => Promise<SecretBytes>;
  /** The value of a key of a ConfigMap (a CA, say), likewise. */
  readonly configMap: (selector: SecretKeySelector) => Promise<string>;
  /** All keys and the labels of a Secret, likewise. */
  readonly wholeSecret: (selector: WholeSecretSelector) => Promise<WholeSecret>;
  /** A token of a service account for these audiences and those of the selector. */
  readonly serviceAccountToken: (selector: ServiceAccountSelector, request: { readonly audiences: readonly string[]; readonly expirationSeconds: number }) => Promise<SecretBytes>;
  /** The annotations of a service account: clouds keep there as whom it acts. */
  readonly serviceAccountAnnotations: (selector: ServiceAccountSelector) => Promise<Readonly<Record<string, string>>>;
  /**
   * Renders a Go template with External Secrets' functions; what the data does not hold is `<no value>`, as in webhooks' templates.
   * ProviderError `invalid` for a template that is wrong; the message holds no value.
   */
  readonly renderTemplate: (template: string, data: TemplateData) => Promise<SecretBytes>;
  /** Requests with deadline, size cap and address rules, for adapters that use no SDK. */
  readonly http: HttpClient;
  readonly random: Random;
  /** Which store asks; absent for generators. Stores that ask as the same share a client, so who asks is told only as far as the identity depends on it. */
  readonly store?: AskingStore;
  /** Prelude's own means; absent unless the configuration uses them (`usesOwnIdentity`) and the store may. */
  readonly own?: OwnMeans;
  /** The environment variables that the provider declares, those of them that are set and not empty. */
  readonly environment: ReadonlyMap<string, string>;
  readonly clock: Clock;
}

/** What checking a store's credentials came to, where it did not fail. */
export type Validation = 'valid' | 'unknown';

/** A limit of calls. */
export interface CallRate {
  readonly perSecond: number;
  /** Calls that may begin at once after a rest. */
  readonly burst: number;
}

/** A connection under one identity. */
export interface ProviderClient extends AsyncDisposable {
  /** The most references one `read` call takes; the planner splits longer lists. */
  readonly batchSize: number;
  /**
   * Reads all references at once and answers each, in the same order.
   * What fails for one reference is that reference's error result; a throw means the whole batch failed (ProviderError).
   */
  readonly read: (refs: readonly RemoteRef[], signal: AbortSignal) => Promise<readonly ReadResult[]>;
  /** How many calls the service takes from one identity, where that is known and low enough to matter; absent: as many as it answers. */
  readonly rate?: CallRate;
  /**
   * What `read` would call the present version of each reference, in the same order, where that is told by fewer calls than reading all
   * of them would take; undefined for those that must be read. It is asked for all references at once, however many, and never
   * decides that something is gone.
   */
  readonly versions?: (refs: readonly RemoteRef[], signal: AbortSignal) => Promise<readonly (string | undefined)[]>;
  /** Values that satisfy a query, with their values. An empty list is an answer. ProviderError where it cannot be told. */
  readonly find?: (query: FindQuery, signal: AbortSignal) => Promise<readonly FoundValue[]>;
  /** Writes one value. What another has written since is seen by the provider, or not: there is no lock. */
  readonly write?: (write: RemoteWrite, signal: AbortSignal) => Promise<WriteResult>;
  /** Removes what an earlier `write` has made; nothing else. */
  readonly remove?: (place: RemotePlace, signal: AbortSignal) => Promise<RemoveResult>;
  /** Whether the credentials work. ProviderError where they do not. Absent: nothing to check, or not to be known without a read. */
  readonly validate?: (signal: AbortSignal) => Promise<Validation>;
}

export type ConsumerInput = 'namespace' | 'store';

/**
 * An adapter. `schema` describes `spec.provider.<id>` of a store with upstream's field names; it parses at the door
 * and generates the CRD. Importing a provider must not load its SDK: `connect` does, on first use.
 */
export interface Provider<Config> {
  /** The key under `spec.provider`. */
  readonly id: string;
  readonly schema: z.ZodType<Config>;
  /** How `property` finds its way into a JSON value; upstream's order differs from provider to provider. */
  readonly propertyLookup: PropertyLookup;
  /** Environment variables the provider may see, e.g. for endpoints. They are a part of the identity. */
  readonly environment: readonly string[];
  readonly capabilities: Capabilities;
  /** What of the consumer the provider is told, beside the credentials: it decides as whom it answers. Absent: nothing. */
  readonly consumerInputs?: (config: Config) => readonly ConsumerInput[];
  /** Whether this configuration asks as Prelude itself (its pod's or machine's identity), for lack of credentials. Namespaced stores may not, by default. */
  readonly usesOwnIdentity?: (config: Config) => boolean;
  /** What a configuration names in the cluster, so that a change of it reconnects. */
  readonly credentials: (config: Config) => readonly CredentialSelector[];
  readonly connect: (config: Config, context: ProviderContext, signal: AbortSignal) => Promise<ProviderClient>;
}
