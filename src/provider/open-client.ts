import type { Clock } from '../lib/clock.ts';
import { CachedAnswers } from './cached-answers.ts';
import { ClientCalls } from './client-calls.ts';
import type { ProviderClient } from './contract.ts';
import { FindQueue } from './find-queue.ts';
import { Pacer } from './pacer.ts';
import { ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';
import type { ReadMetrics } from './read-metrics.ts';
import { ReadQueue } from './read-queue.ts';
import type { ValueCache } from './value-cache.ts';
import { WriteQueue } from './write-queue.ts';

/** A connected client with all that bounds and counts its calls. */
export interface OpenClient extends AsyncDisposable {
  readonly client: ProviderClient;
  readonly reads: ReadQueue;
  readonly finds: FindQueue;
  readonly writes: WriteQueue;
  readonly checks: ClientCalls;
}

export interface OpenClientOptions {
  readonly client: ProviderClient;
  /** The provider's id, for metrics. */
  readonly provider: string;
  readonly clock: Clock;
  readonly limits: ReadLimits;
  readonly metrics: ReadMetrics;
  /** Counts requests and calls in one order. */
  readonly sequence: () => number;
  /** Where values are kept, those of all clients. */
  readonly cache: ValueCache;
}

/** Puts a client behind its queues. They share its pace, and what one of them is told to slow down for slows all. */
export function openClient(options: OpenClientOptions): OpenClient {
  const { client, provider, clock, limits, metrics, cache } = options;
  const pacer = new Pacer({ clock, longestHold: limits.longestHold, rate: client.rate, onWait: (ms) => metrics.providerHeld?.(provider, ms / 1000) });
  const answers = new CachedAnswers({ cache, clock, limits, hasVersions: client.versions !== undefined });
  const shared = { ...options, pacer, answers };
  const reads = new ReadQueue(shared);
  return {
    client,
    reads,
    finds: new FindQueue(shared),
    writes: new WriteQueue(shared),
    checks: new ClientCalls('check', shared),
    [Symbol.asyncDispose]: async () => {
      reads.stop(new ProviderError('unavailable', 'Prelude is shutting down'));
      pacer.stop();
      answers.close();
      await client[Symbol.asyncDispose]();
    },
  };
}
