import type { ProducerFact, SecretFact } from './barrier.ts';

/** What was read of one declaration and its Secret. */
export interface DeclarationFacts {
  readonly producer: ProducerFact;
  readonly secret: SecretFact | undefined;
  /** Of the ExternalSecret, at which the facts were read. */
  readonly resourceVersion: string;
}
