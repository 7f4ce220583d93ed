import type { Metrics } from '../lib/metrics.ts';
import type { ProviderErrorKind } from './provider-error.ts';

/** How a call as a whole ended; single references may still have failed. `aborted`: nobody waited for it any more. */
export type CallOutcome = 'ok' | 'aborted' | ProviderErrorKind;

/** Where the reader reports its calls, and what it was spared. */
export type ReadMetrics = Pick<Metrics, 'providerCalled'> & Partial<Pick<Metrics, 'providerSpared' | 'versionsCalled' | 'providerHeld'>>;
