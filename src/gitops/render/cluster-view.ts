import type { Capabilities, CapabilityQuestions } from './helm/engine/capabilities.ts';
import type { Lookup } from './helm/engine/render-request.ts';

/**
 * The cluster, as a render may see it: what `.Capabilities` says of it, and what `lookup` finds there. Answers stay the same while an
 * Application is rendered, however often its charts are.
 */
export interface ClusterView {
  /** @throws SourceError where the cluster does not answer */
  readonly capabilities: (signal: AbortSignal) => Promise<Capabilities>;
  /** @throws ChartError for what may not be looked up, SourceError where the cluster does not answer */
  readonly lookup: Lookup;
  /** Told which answers of `capabilities` a render has made use of. */
  readonly asked: (questions: CapabilityQuestions) => void;
}
