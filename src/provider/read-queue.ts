import { backoffBound } from '../lib/backoff.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { ProviderClient, ReadResult, RemoteRef } from './contract.ts';
import { withDeadline } from './deadline.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ReadRequest, Slot } from './read-batch.ts';
import { checkAnswer, refKey, settleSlot, throttlingOf } from './read-batch.ts';
import type { ReadLimits } from './read-limits.ts';
import type { CallOutcome, ReadMetrics } from './read-metrics.ts';

/**
 * All reading under one identity. A reference waits a moment for others (`limits.window`), equal ones are asked once,
 * full batches leave at once, `limits.concurrency` calls run side by side. Nothing is kept once it is answered.
 */
export interface ReadQueue {
  /**
   * @param asked when the request was made, as `sequence` counts: a call that began before is never its answer
   * @throws the signal's reason
   */
  readonly read: (refs: readonly RemoteRef[], asked: number, signal: AbortSignal) => Promise<readonly ReadResult[]>;
  /** Fails everything that waits and aborts every call. */
  readonly stop: (error: ProviderError) => void;
}

export interface ReadQueueOptions {
  readonly client: Pick<ProviderClient, 'read' | 'batchSize'>;
  /** The provider's id, for metrics. */
  readonly provider: string;
  readonly clock: Clock;
  readonly limits: ReadLimits;
  readonly metrics: ReadMetrics;
  /** Counts requests and calls in one order. */
  readonly sequence: () => number;
}

interface Call {
  readonly begun: number;
  readonly slots: readonly Slot[];
  readonly controller: AbortController;
}

/** Wait after the n-th throttled call in a row, where the provider does not say how long. */
const throttleBackoff = { base: 1000, factor: 2 };
const abandoned = new ProviderError('unavailable', 'nobody waits for the call any more');

export function createReadQueue({ client, provider, clock, limits, metrics, sequence }: ReadQueueOptions): ReadQueue {
  /** What waits for a call, oldest first. */
  const pending = new Map<string, Slot>();
  const calls = new Set<Call>();
  const batchSize = Math.max(1, client.batchSize);
  let lastAsked = 0;
  let heldUntil = 0;
  let throttledInRow = 0;
  let cancelWake: Cancel = () => {};

  function slotFor(key: string, ref: RemoteRef, asked: number): Slot {
    for (const call of calls) {
      const slot = call.begun > asked ? call.slots.find((one) => one.key === key) : undefined;
      if (slot !== undefined && !call.controller.signal.aborted) return slot;
    }
    const waiting = pending.get(key) ?? { key, ref, since: clock.monotonic(), requests: new Set() };
    pending.set(key, waiting);
    return waiting;
  }

  /** When the waiting references leave though they fill no batch. */
  function dueAt(oldest: Slot): number {
    return Math.min(oldest.since + limits.window, lastAsked + limits.quiet);
  }

  /** Starts every call that may start now, and sets the timer for the next. */
  function pump(): void {
    expire();
    for (let [oldest] = pending.values(); oldest !== undefined; [oldest] = pending.values()) {
      const now = clock.monotonic();
      const ready = pending.size >= batchSize || now >= dueAt(oldest);
      if (!ready || now < heldUntil || calls.size >= limits.concurrency) break;
      void run([...pending.values()].slice(0, batchSize));
    }
    wake();
  }

  function wake(): void {
    cancelWake();
    const [oldest] = pending.values();
    if (oldest === undefined) return;
    const giveUp = oldest.since + limits.patience;
    const start = Math.max(heldUntil, pending.size >= batchSize ? 0 : dueAt(oldest));
    // with all places taken it is the end of a call that starts the next
    const next = calls.size >= limits.concurrency ? giveUp : Math.min(giveUp, start);
    cancelWake = clock.after(Math.max(0, next - clock.monotonic()), pump);
  }

  function expire(): void {
    const now = clock.monotonic();
    for (const slot of pending.values()) {
      if (now < slot.since + limits.patience) break;
      pending.delete(slot.key);
      const waited = `waited ${limits.patience / 1000} s for its turn`;
      const error =
        now < heldUntil
          ? new ProviderError('throttled', `${waited}: the provider asks to slow down`, { retryAfter: heldUntil - now })
          : new ProviderError('unavailable', `${waited}: the provider answers too slowly`);
      settleSlot(slot, { kind: 'error', error });
    }
  }

  async function run(slots: readonly Slot[]): Promise<void> {
    const call: Call = { begun: sequence(), slots, controller: new AbortController() };
    for (const { key } of slots) pending.delete(key);
    calls.add(call);
    const started = clock.monotonic();
    const { results, outcome } = await ask(call);
    calls.delete(call);
    metrics.providerCalled({ provider, outcome, seconds: (clock.monotonic() - started) / 1000, refs: slots.length });
    if (outcome !== 'aborted') heed(results);
    for (const [index, slot] of slots.entries()) settleSlot(slot, results[index] ?? { kind: 'error', error: abandoned });
    pump();
  }

  async function ask(call: Call): Promise<{ readonly results: readonly ReadResult[]; readonly outcome: CallOutcome }> {
    const refs = call.slots.map(({ ref }) => ref);
    const what = 'the provider';
    try {
      const options = { clock, deadline: limits.deadline, what, controller: call.controller };
      const results = await withDeadline(async (signal) => client.read(refs, signal), options);
      return { results: checkAnswer(results, refs.length, limits.largestValue), outcome: 'ok' };
    } catch (thrown) {
      const error = asProviderError(thrown, what);
      return { results: refs.map(() => ({ kind: 'error', error })), outcome: thrown === abandoned ? 'aborted' : error.kind };
    }
  }

  /** Holds the next calls back where the provider asks for it. */
  function heed(results: readonly ReadResult[]): void {
    const throttling = throttlingOf(results);
    throttledInRow = throttling === undefined ? 0 : throttledInRow + 1;
    if (throttling === undefined) return;
    const wait = throttling.retryAfter ?? backoffBound({ ...throttleBackoff, cap: limits.longestHold }, throttledInRow);
    heldUntil = Math.max(heldUntil, clock.monotonic() + Math.min(wait, limits.longestHold));
  }

  /** A consumer went away: what nobody else waits for is not asked, or not waited for. */
  function leave(request: ReadRequest, slots: readonly Slot[]): void {
    for (const slot of slots) {
      slot.requests.delete(request);
      if (slot.requests.size === 0 && pending.get(slot.key) === slot) pending.delete(slot.key);
    }
    for (const call of calls) {
      if (call.slots.every(({ requests }) => requests.size === 0)) call.controller.abort(abandoned);
    }
    wake();
  }

  return {
    read: (refs, asked, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const byKey = new Map(refs.map((ref) => [refKey(ref), ref]));
        const results = new Map<string, ReadResult>();
        const onAbort = (): void => {
          leave(request, slots);
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
        lastAsked = clock.monotonic();
        const slots = [...byKey].map(([key, ref]) => slotFor(key, ref, asked));
        for (const slot of slots) slot.requests.add(request);
        signal.addEventListener('abort', onAbort, { once: true });
        pump();
      }),
    stop: (error) => {
      cancelWake();
      for (const slot of pending.values()) settleSlot(slot, { kind: 'error', error });
      pending.clear();
      for (const call of calls) call.controller.abort(error);
    },
  };
}
