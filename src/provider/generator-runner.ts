import type { Generated } from './generator.ts';
import type { NamedCredential } from './store-reader.ts';

/** A generator as the runner needs it: parsed nowhere else than by the generator. */
export interface GeneratorHandle {
  /** `Password ns/name` or `ClusterGenerator name`: for messages. */
  readonly label: string;
  /** The kind that generates; of a ClusterGenerator, the one it wraps. */
  readonly kind: string;
  /** `spec` as it stands; of a ClusterGenerator, that of the wrapped kind. */
  readonly spec: unknown;
  /** The consumer's: everything a spec names is looked up there and nowhere else. */
  readonly namespace: string;
}

/** The port through which controllers reach generators. */
export interface GeneratorRunner {
  /** @throws ProviderError `invalid` for a spec that does not parse, and what generators throw; the signal's reason */
  readonly generate: (generator: GeneratorHandle, signal: AbortSignal) => Promise<Generated>;
  /** Takes back what an earlier run has given; for generators without `cleanup`, nothing. */
  readonly cleanup: (generator: GeneratorHandle, state: unknown, signal: AbortSignal) => Promise<void>;
  /** What the generator names, all of it in the consumer's namespace; empty where the spec does not parse. */
  readonly credentials: (generator: GeneratorHandle) => readonly NamedCredential[];
  /** Whether what the generator gives must be taken back some day. */
  readonly isStateful: (kind: string) => boolean;
}
