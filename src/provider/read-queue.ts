import type { Cancel, Clock } from '../lib/clock.ts';
import type { ProviderClient, ReadResult, RemoteRef } from './contract.ts';
import { withDeadline } from './deadline.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ReadRequest, Slot } from './read-batch.ts';
import { checkAnswer, refKey, settleSlot, throttlingOf } from './read-batch.ts';
import type { ReadLimits } from './read-limits.ts';
import type { CallOutcome, ReadMetrics } from './read-metrics.ts';
import type { Throttle } from './throttle.ts';
import { WaitingSlots } from './waiting-slots.ts';

export interface ReadQueueOptions {
  readonly client: Pick<ProviderClient, 'read' | 'batchSize'>;
  /** The provider's id, for metrics. */
  readonly provider: string;
  readonly clock: Clock;
  readonly limits: ReadLimits;
  readonly metrics: ReadMetrics;
  /** Shared with the identity's other calls. */
  readonly throttle: Throttle;
  /** Counts requests and calls in one order. */
  readonly sequence: () => number;
}

interface Call {
  readonly begun: number;
  readonly slots: readonly Slot[];
  readonly controller: AbortController;
}

/** How one request wants to be read. */
export interface ReadHow {
  /** When the request was made, as `sequence` counts: a call that began before is never its answer. */
  readonly asked: number;
  /** Whether it goes before those that are not. */
  readonly urgent: boolean;
}

const abandoned = new ProviderError('unavailable', 'nobody waits for the call any more');

/**
 * All reading under one identity. A reference waits a moment for others (`limits.window`), equal ones are asked once,
 * full batches leave at once, `limits.concurrency` calls run side by side, and one more for what is urgent. Nothing is kept once it is
 * answered.
 */
export class ReadQueue {
  readonly #options: ReadQueueOptions;
  readonly #batchSize: number;
  readonly #pending = new WaitingSlots();
  readonly #calls = new Set<Call>();
  #lastAsked = 0;
  #cancelWake: Cancel = () => {};

  constructor(options: ReadQueueOptions) {
    this.#options = options;
    this.#batchSize = Math.max(1, options.client.batchSize);
  }

  /**
   * Reads references, and answers each in the same order; failures are results.
   * @throws the signal's reason
   */
  read(refs: readonly RemoteRef[], how: ReadHow, signal: AbortSignal): Promise<readonly ReadResult[]> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const byKey = new Map(refs.map((ref) => [refKey(ref), ref]));
      const results = new Map<string, ReadResult>();
      const onAbort = (): void => {
        this.#leave(request, slots);
        reject(signal.reason);
      };
      const request: ReadRequest = {
        settle: (key, result) => {
          results.set(key, result);
          if (results.size < byKey.size) return;
          signal.removeEventListener('abort', onAbort);
          resolve(refs.map((ref) => results.get(refKey(ref)) ?? { kind: 'error', error: abandoned }));
        },
      };
      this.#lastAsked = this.#now();
      const slots = [...byKey].map(([key, ref]) => this.#slotFor(key, ref, how));
      for (const slot of slots) slot.requests.add(request);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#pump();
    });
  }

  /** Fails everything that waits and aborts every call. */
  stop(error: ProviderError): void {
    this.#cancelWake();
    for (const slot of this.#pending.clear()) settleSlot(slot, { kind: 'error', error });
    for (const call of this.#calls) call.controller.abort(error);
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  /** Where to wait for a reference: at a call under way that began after the request was made, or for the next. */
  #slotFor(key: string, ref: RemoteRef, { asked, urgent }: ReadHow): Slot {
    for (const call of this.#calls) {
      const slot = call.begun > asked ? call.slots.find((one) => one.key === key) : undefined;
      if (slot !== undefined && !call.controller.signal.aborted) return slot;
    }
    return this.#pending.join(key, ref, { urgent, now: this.#now() });
  }

  /** When the waiting references may leave: at once in a full batch, or when the window is over or all is quiet. */
  #dueAt(oldest: number): number {
    const { window, quiet } = this.#options.limits;
    const due = this.#pending.size >= this.#batchSize ? 0 : Math.min(oldest + window, this.#lastAsked + quiet);
    return Math.max(this.#options.throttle.until, due);
  }

  /** Whether a call may be added to those under way. */
  #hasPlace(): boolean {
    const { concurrency } = this.#options.limits;
    return this.#calls.size < concurrency + (this.#pending.isUrgent ? 1 : 0);
  }

  /** Starts every call that may start now, and sets the timer for the next. */
  #pump(): void {
    this.#expire();
    for (let { oldest } = this.#pending; oldest !== undefined; { oldest } = this.#pending) {
      if (this.#now() < this.#dueAt(oldest) || !this.#hasPlace()) break;
      void this.#run(this.#pending.take(this.#batchSize));
    }
    this.#wake();
  }

  #wake(): void {
    this.#cancelWake();
    const { oldest } = this.#pending;
    if (oldest === undefined) return;
    const { clock, limits } = this.#options;
    const giveUp = oldest + limits.patience;
    // with all places taken it is the end of a call that starts the next
    const next = this.#hasPlace() ? Math.min(giveUp, this.#dueAt(oldest)) : giveUp;
    this.#cancelWake = clock.after(Math.max(0, next - this.#now()), () => this.#pump());
  }

  #expire(): void {
    const { patience } = this.#options.limits;
    for (const slot of this.#pending.takeOlder(this.#now() - patience)) settleSlot(slot, { kind: 'error', error: this.#outOfPatience(patience) });
  }

  #outOfPatience(patience: number): ProviderError {
    const waited = `waited ${patience / 1000} s for its turn`;
    const held = this.#options.throttle.remaining;
    return held > 0
      ? new ProviderError('throttled', `${waited}: the provider asks to slow down`, { retryAfter: held })
      : new ProviderError('unavailable', `${waited}: the provider answers too slowly`);
  }

  async #run(slots: readonly Slot[]): Promise<void> {
    const { provider, metrics, sequence, throttle } = this.#options;
    const call: Call = { begun: sequence(), slots, controller: new AbortController() };
    this.#calls.add(call);
    const started = this.#now();
    const { results, outcome } = await this.#ask(call);
    this.#calls.delete(call);
    metrics.providerCalled({ provider, outcome, seconds: (this.#now() - started) / 1000, refs: slots.length });
    if (outcome !== 'aborted') throttle.heed(throttlingOf(results));
    for (const [index, slot] of slots.entries()) settleSlot(slot, results[index] ?? { kind: 'error', error: abandoned });
    this.#pump();
  }

  async #ask({ slots, controller }: Call): Promise<{ readonly results: readonly ReadResult[]; readonly outcome: CallOutcome }> {
    const { client, clock, limits } = this.#options;
    const refs = slots.map(({ ref }) => ref);
    const what = 'the provider';
    try {
      const results = await withDeadline(async (signal) => client.read(refs, signal), { clock, deadline: limits.deadline, what, controller });
      return { results: checkAnswer(results, refs.length, limits.largestValue), outcome: 'ok' };
    } catch (thrown) {
      const error = asProviderError(thrown, what);
      return { results: refs.map(() => ({ kind: 'error', error })), outcome: thrown === abandoned ? 'aborted' : error.kind };
    }
  }

  /** A consumer went away: what nobody else waits for is not asked, or not waited for. */
  #leave(request: ReadRequest, slots: readonly Slot[]): void {
    for (const slot of slots) {
      slot.requests.delete(request);
      if (slot.requests.size === 0) this.#pending.drop(slot);
    }
    for (const call of this.#calls) {
      if (call.slots.every(({ requests }) => requests.size === 0)) call.controller.abort(abandoned);
    }
    this.#wake();
  }
}
