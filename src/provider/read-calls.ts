import type { Clock } from '../lib/clock.ts';
import type { ProviderClient, ReadResult } from './contract.ts';
import { withDeadline } from './deadline.ts';
import type { Pacer } from './pacer.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ReadHow, Slot } from './read-batch.ts';
import { checkAnswer, isThrottled, throttlingOf } from './read-batch.ts';
import type { ReadLimits } from './read-limits.ts';
import type { CallOutcome, ReadMetrics } from './read-metrics.ts';

export interface ReadCallsOptions {
  readonly client: Pick<ProviderClient, 'read' | 'batchSize'>;
  /** The provider's id, for metrics. */
  readonly provider: string;
  readonly clock: Clock;
  readonly limits: ReadLimits;
  readonly metrics: ReadMetrics;
  readonly pacer: Pacer;
  /** Counts requests and calls in one order. */
  readonly sequence: () => number;
}

/** What a call came to. */
export interface ReadCallResult {
  /** For each slot, in the same order. */
  readonly results: readonly ReadResult[];
  /** When it began, on the monotonic clock. */
  readonly begun: number;
  /** Some reference is refused with all others of the batch: which, is not known. */
  readonly isRefused: boolean;
}

interface Call {
  /** As `sequence` counts. */
  readonly order: number;
  /** On the monotonic clock. */
  readonly begun: number;
  readonly slots: readonly Slot[];
  readonly controller: AbortController;
}

export const abandoned = new ProviderError('unavailable', 'nobody waits for the call any more');

/** The calls of reads under way under one identity, each within its time. */
export class ReadCalls {
  readonly #options: ReadCallsOptions;
  readonly #most: number;
  readonly #calls = new Set<Call>();

  constructor(options: ReadCallsOptions) {
    this.#options = options;
    const { concurrency, concurrentRefs } = options.limits;
    this.#most = Math.max(concurrency, Math.floor(concurrentRefs / Math.max(1, options.client.batchSize)));
  }

  /** Whether one more call may begin; for what is urgent there is a place more. */
  hasPlace(isUrgent: boolean): boolean {
    return this.#calls.size < this.#most + (isUrgent ? 1 : 0);
  }

  /** Where a call under way reads this reference, and began late enough for the request. */
  slotFor(name: string, { asked, since }: ReadHow): Slot | undefined {
    for (const { order, begun, slots, controller } of this.#calls) {
      if (controller.signal.aborted || (since === undefined ? order <= asked : begun < since)) continue;
      const slot = slots.find((one) => one.name === name);
      if (slot !== undefined) return slot;
    }
    return undefined;
  }

  /** Reads the references of slots in one call. Failures are results. */
  async run(slots: readonly Slot[]): Promise<ReadCallResult> {
    const { provider, metrics, clock, sequence, pacer } = this.#options;
    const begun = clock.monotonic();
    const call: Call = { order: sequence(), begun, slots, controller: new AbortController() };
    this.#calls.add(call);
    const { results, outcome, isRefused } = await this.#ask(call);
    this.#calls.delete(call);
    metrics.providerCalled({ provider, outcome, seconds: (clock.monotonic() - begun) / 1000, refs: slots.length });
    if (outcome !== 'aborted') pacer.heed(throttlingOf(results), begun);
    return { results, begun, isRefused };
  }

  /** Ends the calls that nobody waits for. */
  abandon(): void {
    for (const call of this.#calls) {
      if (call.slots.every(({ requests }) => requests.size === 0)) call.controller.abort(abandoned);
    }
  }

  stop(error: ProviderError): void {
    for (const call of this.#calls) call.controller.abort(error);
  }

  async #ask({ slots, controller }: Call): Promise<Pick<ReadCallResult, 'results' | 'isRefused'> & { readonly outcome: CallOutcome }> {
    const { client, clock, limits } = this.#options;
    const refs = slots.map(({ ref }) => ref);
    const what = 'the provider';
    try {
      const answer = await withDeadline(async (signal) => client.read(refs, signal), { clock, deadline: limits.deadline, what, controller });
      const results = checkAnswer(answer, refs.length, limits.largestValue);
      return { results, outcome: results.every(isThrottled) ? 'throttled' : 'ok', isRefused: false };
    } catch (thrown) {
      const error = asProviderError(thrown, what);
      const outcome = thrown === abandoned ? 'aborted' : error.kind;
      return { results: refs.map(() => ({ kind: 'error', error })), outcome, isRefused: error.kind === 'invalid' && refs.length > 1 };
    }
  }
}
