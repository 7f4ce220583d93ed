import type { ProducerFact, SecretFact } from './barrier.ts';

/** What was read of one declaration and its Secret. */
export interface DeclarationFacts {
  readonly producer: ProducerFact;
  readonly secret: SecretFact | undefined;
  /** Of the declaration, at which the facts were read. */
  readonly resourceVersion: string;
}

/** Facts that were good, and how far the cache was when they were read. */
export interface KnownDeclaration {
  readonly facts: DeclarationFacts;
  /** The resourceVersion that the cache showed; absent where it showed none. */
  readonly cached: string | undefined;
}
