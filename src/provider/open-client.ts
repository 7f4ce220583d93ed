import type { Clock } from '../lib/clock.ts';
import { ClientCalls } from './client-calls.ts';
import type { ProviderClient } from './contract.ts';
import { FindQueue } from './find-queue.ts';
import { ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';
import type { ReadMetrics } from './read-metrics.ts';
import { ReadQueue } from './read-queue.ts';
import { Throttle } from './throttle.ts';
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
}

/** Puts a client behind its queues. What asks it to slow down slows all of them. */
export function openClient(options: OpenClientOptions): OpenClient {
  const { client, clock, limits } = options;
  const shared = { ...options, throttle: new Throttle(clock, limits.longestHold) };
  const reads = new ReadQueue(shared);
  return {
    client,
    reads,
    finds: new FindQueue(shared),
    writes: new WriteQueue(shared),
    checks: new ClientCalls(shared),
    [Symbol.asyncDispose]: async () => {
      reads.stop(new ProviderError('unavailable', 'Prelude is shutting down'));
      await client[Symbol.asyncDispose]();
    },
  };
}
