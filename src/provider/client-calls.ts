import type { Clock } from '../lib/clock.ts';
import { createSemaphore } from '../lib/semaphore.ts';
import type { Semaphore } from '../lib/semaphore.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import { withDeadline } from './deadline.ts';
import { nextTurn } from './next-turn.ts';
import type { CallKind, Pacer } from './pacer.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';
import type { CallOutcome, ReadMetrics } from './read-metrics.ts';

export interface ClientCallsOptions {
  /** The provider's id, for metrics. */
  readonly provider: string;
  readonly clock: Clock;
  readonly limits: Pick<ReadLimits, 'concurrency' | 'patience'>;
  readonly metrics: ReadMetrics;
  readonly pacer: Pacer;
}

/** One call: what is to be done, how long it may take, and what it came to where it did not throw. */
export interface ClientCall<T> {
  readonly act: (signal: AbortSignal) => Promise<T>;
  /** Milliseconds. */
  readonly deadline: number;
  /** The error in a result that is one. */
  readonly errorOf?: (result: T) => ProviderError | undefined;
}

/**
 * One kind of calls under one identity, apart from reads: so many side by side, each within its time, at the pace of all calls under
 * it, and counted.
 */
export class ClientCalls {
  readonly #kind: CallKind;
  readonly #options: ClientCallsOptions;
  readonly #turns: Semaphore;

  constructor(kind: CallKind, options: ClientCallsOptions) {
    this.#kind = kind;
    this.#options = options;
    this.#turns = createSemaphore(options.limits.concurrency);
  }

  /** @throws ProviderError, also where its turn did not come in time; the signal's reason */
  async run<T>(call: ClientCall<T>, signal: AbortSignal): Promise<T> {
    const { clock, limits, pacer } = this.#options;
    const waiting = new AbortController();
    const cancel = clock.after(limits.patience, () => waiting.abort(this.#outOfPatience()));
    const patience = AbortSignal.any([waiting.signal, signal]);
    try {
      return await this.#turns.run(async () => {
        await nextTurn(pacer, this.#kind, patience);
        cancel();
        return this.#call(call, signal);
      }, patience);
    } finally {
      cancel();
    }
  }

  #outOfPatience(): ProviderError {
    const { limits, pacer } = this.#options;
    const waited = `waited ${limits.patience / 1000} s for its turn`;
    const retryAfter = Math.ceil(pacer.wait);
    return pacer.isHolding
      ? new ProviderError('throttled', `${waited}: the provider asks to slow down`, { retryAfter })
      : new ProviderError('unavailable', `${waited}: the provider answers too slowly`);
  }

  async #call<T>({ act, deadline, errorOf = () => undefined }: ClientCall<T>, signal: AbortSignal): Promise<T> {
    const { clock } = this.#options;
    const started = clock.monotonic();
    const bounds = { clock, deadline, what: 'the provider', controller: new AbortController() };
    try {
      const result = await untilAborted(withDeadline((within) => act(AbortSignal.any([within, signal])), bounds), signal);
      this.#count(errorOf(result), started);
      return result;
    } catch (thrown) {
      if (signal.aborted) {
        this.#measure('aborted', started);
        throw signal.reason;
      }
      const error = asProviderError(thrown, 'the provider');
      this.#count(error, started);
      throw error;
    }
  }

  #count(error: ProviderError | undefined, started: number): void {
    this.#options.pacer.heed(error?.kind === 'throttled' ? error : undefined, started);
    this.#measure(error?.kind ?? 'ok', started);
  }

  #measure(outcome: CallOutcome, started: number): void {
    const { provider, metrics, clock } = this.#options;
    metrics.providerCalled({ provider, outcome, refs: 1, seconds: (clock.monotonic() - started) / 1000 });
  }
}
