import type { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { PropertyLookup } from './property.ts';
import type { ProviderError } from './provider-error.ts';

/** One value at the provider. Property selection, decoding and rewriting are the core's work, after the read. */
export interface RemoteRef {
  readonly key: string;
  /** In the provider's own notation; absent means the current one. */
  readonly version?: string;
}

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

/** What a provider may have. Everything it hands out is already authorised for the store. */
export interface ProviderContext {
  /** The value of a key of a Secret. ProviderError `invalid` where it is absent or the store may not name it. */
  readonly secret: (selector: SecretKeySelector) => Promise<SecretBytes>;
  /** The environment variables that the provider declares, those of them that are set and not empty. */
  readonly environment: ReadonlyMap<string, string>;
  readonly clock: Clock;
}

/** What checking a store's credentials came to, where it did not fail. */
export type Validation = 'valid' | 'unknown';

/** A connection under one identity. */
export interface ProviderClient extends AsyncDisposable {
  /** The most references one `read` call takes; the planner splits longer lists. */
  readonly batchSize: number;
  /**
   * Reads all references at once and answers each, in the same order.
   * What fails for one reference is that reference's error result; a throw means the whole batch failed (ProviderError).
   */
  readonly read: (refs: readonly RemoteRef[], signal: AbortSignal) => Promise<readonly ReadResult[]>;
  /** Whether the credentials work. ProviderError where they do not. Absent: nothing to check, or not to be known without a read. */
  readonly validate?: (signal: AbortSignal) => Promise<Validation>;
}

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
  /** The Secrets a configuration names, so that a change of one reconnects. */
  readonly credentials: (config: Config) => readonly SecretKeySelector[];
  readonly connect: (config: Config, context: ProviderContext, signal: AbortSignal) => Promise<ProviderClient>;
}
