import type { Cancel } from '../lib/clock.ts';
import { LruMap } from '../lib/lru-map.ts';
import type { CachedAnswers } from './cached-answers.ts';
import type { ProviderClient, ReadResult, RemoteRef } from './contract.ts';
import { ProviderError } from './provider-error.ts';
import type { ReadHow, ReadRequest, Slot } from './read-batch.ts';
import { isThrottled, joinSlot, settleSlot } from './read-batch.ts';
import type { ReadCallsOptions } from './read-calls.ts';
import { abandoned, ReadCalls } from './read-calls.ts';
import { VersionCheck } from './version-check.ts';
import { WaitingSlots } from './waiting-slots.ts';

export interface ReadQueueOptions extends ReadCallsOptions {
  readonly client: Pick<ProviderClient, 'read' | 'batchSize' | 'versions'>;
  readonly answers: CachedAnswers;
}

/** So many references that were refused are known as such. */
const mostRefused = 10_000;

/**
 * All reading under one identity. A request is answered by what was read, or found unchanged, since it could have been made. Else its
 * reference waits a moment for others (`limits.window`), equal ones are asked once, full batches leave at once, calls run side by side,
 * and one more for what is urgent. What the provider was asked for too often keeps its place and is asked again.
 */
export class ReadQueue {
  readonly #options: ReadQueueOptions;
  readonly #batchSize: number;
  /** What the provider said to those that wait for another try: more than that they have waited. */
  readonly #refusals = new WeakMap<Slot, ProviderError>();
  readonly #pending = new WaitingSlots();
  readonly #calls: ReadCalls;
  readonly #checks: VersionCheck;
  /** Until when a reference counts as one that spoils a batch: it was refused by itself. */
  readonly #refusedUntil = new LruMap<number>(mostRefused);
  #lastAsked = 0;
  /** Those who wait longest since `of` leave no earlier than `until`, if their batch is not full. */
  #grace = { of: -1, until: 0 };
  #cancelWake: Cancel = () => {};
  #cancelTurn: Cancel | undefined;

  constructor(options: ReadQueueOptions) {
    this.#options = options;
    this.#batchSize = Math.max(1, options.client.batchSize);
    this.#calls = new ReadCalls(options);
    this.#checks = new VersionCheck({ ...options, onDone: (slots) => this.#placeAgain(slots) });
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
      const names = refs.map((ref) => this.#options.answers.nameOf(ref));
      const byName = new Map(refs.map((ref, index) => [names[index] ?? '', ref]));
      const results = new Map<string, ReadResult>();
      const onAbort = (): void => {
        this.#leave(request);
        reject(signal.reason);
      };
      const request: ReadRequest = {
        how,
        slots: new Map(),
        settle: (name, result) => {
          results.set(name, result);
          if (results.size < byName.size) return;
          signal.removeEventListener('abort', onAbort);
          resolve(names.map((one) => results.get(one) ?? { kind: 'error', error: abandoned }));
        },
      };
      this.#lastAsked = this.#now();
      signal.addEventListener('abort', onAbort, { once: true });
      for (const [name, ref] of byName) this.#place(name, ref, request);
      this.#pump();
    });
  }

  /** Fails everything that waits and aborts every call. */
  stop(error: ProviderError): void {
    this.#cancelWake();
    this.#cancelTurn?.();
    for (const slot of [...this.#pending.clear(), ...this.#checks.stop(error)]) settleSlot(slot, { kind: 'error', error });
    this.#calls.stop(error);
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  /** Where a reference gets its answer from: memory, a call under way, a comparison of versions, or the next call. */
  #place(name: string, ref: RemoteRef, request: ReadRequest): void {
    const { answers, metrics, provider } = this.#options;
    const { since, urgent } = request.how;
    const known = since === undefined ? undefined : answers.answer(name, since, { isRead: urgent });
    if (known !== undefined) {
      if (known.isFirst) this.#checks.count();
      metrics.providerSpared?.(provider, 1);
      request.settle(name, known.result);
      return;
    }
    const underWay = this.#calls.slotFor(name, request.how);
    if (underWay !== undefined) {
      underWay.urgent ||= urgent;
      joinSlot(underWay, request);
      return;
    }
    if (since !== undefined && !urgent) {
      const answer = answers.find(name);
      if (answer !== undefined && this.#checks.suits(name, answer, since)) {
        this.#checks.join(name, answer, request, since);
        return;
      }
      if (answer?.version !== undefined) this.#checks.count();
    }
    this.#queue(name, ref, request);
  }

  #queue(name: string, ref: RemoteRef, request: ReadRequest): void {
    const { limits } = this.#options;
    if (this.#pending.size >= limits.mostWaiting) {
      request.settle(name, { kind: 'error', error: new ProviderError('unavailable', `${limits.mostWaiting} references wait for the provider already`) });
      return;
    }
    const { urgent, tenant } = request.how;
    const now = this.#now();
    joinSlot(this.#pending.join(name, ref, { urgent, tenant, now, isDoubtful: (this.#refusedUntil.get(name) ?? 0) > now }), request);
  }

  /** Versions have been compared: what is the same is answered now, what is not is read. */
  #placeAgain(slots: readonly Slot[]): void {
    for (const { name, ref, requests } of slots) {
      for (const request of [...requests]) {
        requests.delete(request);
        request.slots.delete(name);
        this.#place(name, ref, request);
      }
    }
    this.#pump();
  }

  /** When the waiting references may leave: at once in a full batch, or when the window is over or all is quiet. */
  #dueAt(oldest: number): number {
    const { window, quiet } = this.#options.limits;
    return this.#pending.size >= this.#batchSize ? 0 : Math.max(this.#grace.until, Math.min(oldest + window, this.#lastAsked + quiet));
  }

  /** A timer that comes late was held up by work, and the work may be about to ask: it gets a moment more, once. */
  #heedLateness(oldest: number, planned: number): void {
    const { quiet } = this.#options.limits;
    const now = this.#now();
    if (now - planned > quiet / 2 && this.#grace.of !== oldest) this.#grace = { of: oldest, until: now + quiet };
  }

  /** Asks for a turn for every call that may start now, and sets the timer for the next. */
  #pump(): void {
    this.#expire();
    for (let { oldest } = this.#pending; oldest !== undefined && this.#cancelTurn === undefined; { oldest } = this.#pending) {
      if (this.#now() < this.#dueAt(oldest) || !this.#calls.hasPlace(this.#pending.isUrgent)) break;
      this.#takeTurn();
    }
    this.#wake();
  }

  /** A call begins when the pace lets it: at once, or later with what waits then. */
  #takeTurn(): void {
    let isNow = true;
    let isOver = false;
    const go = (): boolean => {
      isOver = true;
      this.#cancelTurn = undefined;
      const batch = this.#pending.take(this.#batchSize);
      if (batch.length > 0) void this.#run(batch);
      if (!isNow) this.#pump();
      return batch.length > 0;
    };
    const cancel = this.#options.pacer.turn(go, { kind: 'read', isUrgent: () => this.#pending.isUrgent });
    isNow = false;
    if (!isOver) this.#cancelTurn = cancel;
  }

  #wake(): void {
    this.#cancelWake();
    const { oldest } = this.#pending;
    if (oldest === undefined) {
      this.#cancelTurn?.();
      this.#cancelTurn = undefined;
      return;
    }
    const { clock } = this.#options;
    const giveUp = oldest + this.#patience();
    // with a turn asked for, or all places taken, it is that or the end of a call that starts the next
    const isTimed = this.#cancelTurn === undefined && this.#calls.hasPlace(this.#pending.isUrgent);
    const next = isTimed ? Math.min(giveUp, this.#dueAt(oldest)) : giveUp;
    this.#cancelWake = clock.after(Math.max(0, next - this.#now()), () => {
      this.#heedLateness(oldest, next);
      this.#pump();
    });
  }

  /** How long a reference may wait: longer while it is the pace it waits for, and the provider does answer. */
  #patience(): number {
    const { pacer, limits } = this.#options;
    if (!pacer.isHolding) return limits.patience;
    // where nothing is answered at all, whoever waits should hear why
    return this.#now() - pacer.lastAnswered < limits.refusedPatience ? limits.pacedPatience : limits.refusedPatience;
  }

  #expire(): void {
    const patience = this.#patience();
    for (const slot of this.#pending.takeOlder(this.#now() - patience)) settleSlot(slot, { kind: 'error', error: this.#refusals.get(slot) ?? this.#outOfPatience(patience) });
  }

  #outOfPatience(patience: number): ProviderError {
    const { pacer } = this.#options;
    const waited = `waited ${patience / 1000} s for its turn`;
    return pacer.isHolding
      ? new ProviderError('throttled', `${waited}: the provider asks to slow down`, { retryAfter: Math.ceil(pacer.wait) })
      : new ProviderError('unavailable', `${waited}: the provider answers too slowly`);
  }

  async #run(slots: readonly Slot[]): Promise<void> {
    const { answers } = this.#options;
    const { results, begun, isRefused } = await this.#calls.run(slots);
    if (isRefused && !slots.every(({ isDoubtful }) => isDoubtful)) {
      this.#pending.sift(slots.filter(({ requests }) => requests.size > 0));
      this.#pump();
      return;
    }
    for (const [index, slot] of slots.entries()) {
      const result = results[index] ?? { kind: 'error', error: abandoned };
      if (slot.requests.size > 0 && isThrottled(result) && this.#hasPatience(slot)) {
        if (result.kind === 'error') this.#refusals.set(slot, result.error);
        this.#pending.putBack(slot);
        continue;
      }
      if (!isRefused) this.#learn(slot, result, slots.length);
      answers.remember(slot.name, slot.ref, result, begun);
      settleSlot(slot, result);
    }
    this.#pump();
  }

  /** What was refused by itself would spoil a batch; what was answered would not. */
  #learn({ name }: Slot, result: ReadResult, asked: number): void {
    const { limits } = this.#options;
    if (result.kind !== 'error') this.#refusedUntil.delete(name);
    else if (result.error.kind === 'invalid' && asked === 1) this.#refusedUntil.set(name, this.#now() + limits.probeAgain);
  }

  #hasPatience({ joined }: Slot): boolean {
    return this.#now() - joined < this.#patience();
  }

  /** A consumer went away: what nobody else waits for is not asked, or not waited for. */
  #leave(request: ReadRequest): void {
    for (const slot of request.slots.values()) {
      slot.requests.delete(request);
      if (slot.requests.size === 0) this.#pending.drop(slot);
    }
    this.#calls.abandon();
    this.#checks.abandon();
    this.#wake();
  }
}
