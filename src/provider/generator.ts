import type { z } from 'zod';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { CredentialSelector, ProviderContext } from './contract.ts';

/** What one run of a generator gave. */
export interface Generated {
  readonly values: ReadonlyMap<string, SecretBytes>;
  /** What `cleanup` needs to take it back again (an id, never a value); absent: there is nothing to take back. */
  readonly state?: unknown;
}

/**
 * A kind of generators.external-secrets.io. `schema` describes its `spec` with upstream's field names; it parses at the door and
 * generates the CRD. Importing a generator loads no SDK: `generate` does, on first use.
 */
export interface Generator<Spec> {
  /** e.g. `Password`. */
  readonly kind: string;
  readonly schema: z.ZodType<Spec>;
  /** Environment variables the generator may see, e.g. for endpoints. */
  readonly environment: readonly string[];
  /** It asks nobody: it waits for no answer, and so in no row with those that do. Absent: it may. */
  readonly isLocal?: true;
  /** What a spec names in the cluster; always of the consumer's namespace. */
  readonly credentials: (spec: Spec) => readonly CredentialSelector[];
  /** @throws ProviderError; the signal's reason */
  readonly generate: (spec: Spec, context: ProviderContext, signal: AbortSignal) => Promise<Generated>;
  /** Takes back what `generate` gave together with this state. Absent: its values have no life outside. */
  readonly cleanup?: (spec: Spec, state: unknown, context: ProviderContext, signal: AbortSignal) => Promise<void>;
}
