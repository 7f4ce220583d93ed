import { backoffBound } from '../lib/backoff.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { CachedAnswer, CachedAnswers } from './cached-answers.ts';
import type { ProviderClient } from './contract.ts';
import { withDeadline } from './deadline.ts';
import type { Pacer } from './pacer.ts';
import { asProviderError, ProviderError } from './provider-error.ts';
import type { ReadRequest, Slot } from './read-batch.ts';
import { joinSlot } from './read-batch.ts';
import { abandoned } from './read-calls.ts';
import type { ReadLimits } from './read-limits.ts';
import type { CallOutcome, ReadMetrics } from './read-metrics.ts';

export interface VersionCheckOptions {
  readonly client: Pick<ProviderClient, 'versions'>;
  readonly provider: string;
  readonly clock: Clock;
  readonly limits: ReadLimits;
  readonly metrics: ReadMetrics;
  readonly pacer: Pacer;
  readonly answers: CachedAnswers;
  /** What is still the same has been confirmed; the others who waited have to be read. */
  readonly onDone: (slots: readonly Slot[]) => void;
}

interface Check {
  /** When the call began, on the monotonic clock. */
  readonly begun: number;
  readonly asked: ReadonlyMap<string, CachedAnswer>;
  readonly waiting: Map<string, Slot>;
  readonly controller: AbortController;
}

/** A check pays where it spares the read of at least this share of all that it asks for. */
const worthwhile = 1 / 8;
/** How long none is made after the n-th in a row that failed, in milliseconds: one that hangs would hold up every refresh for its whole time. */
const rest = { base: 30_000, factor: 2 };

/**
 * Finds out of many values at once whether they are still the ones we have. One call asks for all that is kept under the identity, so
 * that it serves everybody who became due before it began.
 */
export class VersionCheck {
  readonly #options: VersionCheckOptions;
  /** Those who wait for the next call. */
  #waiting = new Map<string, Slot>();
  #current: Check | undefined;
  /** When the last call began. */
  #lastBegun = -Infinity;
  /** Of how many values somebody wanted to know, since the last call began. */
  #wanted = Infinity;
  /** No call before this moment. */
  #restUntil = -Infinity;
  #failures = 0;
  /** Takes back what the next call waits for. */
  #cancels: readonly Cancel[] = [];

  constructor(options: VersionCheckOptions) {
    this.#options = options;
  }

  /** Somebody wanted to know whether a value is still the same, and was told: by a read, or by the last call. */
  count(): void {
    this.#wanted += 1;
  }

  /**
   * Whether it is by a check that a request of this moment should learn whether the answer we have still holds. Where one was good enough
   * for it and has not confirmed the answer, a second would not either.
   */
  suits(name: string, answer: CachedAnswer, since: number): boolean {
    const { client, clock, answers } = this.#options;
    if (client.versions === undefined || answer.version === undefined || answer.isDue) return false;
    if (this.#lastBegun >= since) return this.#current?.asked.get(name) === answer;
    if (clock.monotonic() < this.#restUntil) return false;
    return this.#waiting.size > 0 || this.#current !== undefined || this.#wanted >= answers.versionedCount * worthwhile;
  }

  /** Waits for a call that is right for the request: the one under way, or the next. */
  join(name: string, answer: CachedAnswer, request: ReadRequest, since: number): void {
    const { clock } = this.#options;
    const underWay = this.#current !== undefined && this.#current.begun >= since ? this.#current : undefined;
    const waiting = underWay?.waiting ?? this.#waiting;
    const slot = waiting.get(name) ?? { name, ref: answer.ref, joined: clock.monotonic(), requests: new Set(), urgent: false, isDoubtful: false };
    waiting.set(name, slot);
    joinSlot(slot, request);
    if (underWay === undefined && this.#cancels.length === 0 && this.#current === undefined) this.#schedule();
  }

  /** Forgets those slots that nobody waits for. */
  abandon(): void {
    for (const [name, { requests }] of this.#waiting) if (requests.size === 0) this.#waiting.delete(name);
    if (this.#waiting.size === 0) this.#unschedule();
    const { waiting, controller } = this.#current ?? {};
    if (waiting?.values().every(({ requests }) => requests.size === 0) === true) controller?.abort(abandoned);
  }

  /** @returns what waited */
  stop(error: ProviderError): readonly Slot[] {
    this.#unschedule();
    const slots = [...this.#waiting.values(), ...(this.#current?.waiting.values() ?? [])];
    this.#waiting.clear();
    this.#current?.controller.abort(error);
    return slots;
  }

  #schedule(): void {
    const { clock, limits, pacer } = this.#options;
    // those who come later share the call all the same, as long as they became due before it
    const ask = clock.after(limits.quiet, () => {
      const cancelTurn = pacer.turn(() => {
        this.#unschedule();
        void this.#run();
        return true;
      }, { kind: 'check' });
      if (this.#cancels.length > 0) this.#cancels = [...this.#cancels, cancelTurn];
    });
    const giveUp = clock.after(limits.patience, () => {
      this.#unschedule();
      const slots = this.#waiting;
      this.#waiting = new Map();
      this.#lastBegun = clock.monotonic();
      this.#options.onDone([...slots.values()]);
    });
    this.#cancels = [ask, giveUp];
  }

  #unschedule(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
  }

  async #run(): Promise<void> {
    const { clock, answers, metrics, provider, pacer } = this.#options;
    const begun = clock.monotonic();
    const asked = answers.versioned();
    const check: Check = { begun, asked, waiting: this.#waiting, controller: new AbortController() };
    this.#waiting = new Map();
    this.#current = check;
    this.#lastBegun = begun;
    this.#wanted = 0;
    const { outcome, throttling } = await this.#ask(check);
    this.#current = undefined;
    metrics.versionsCalled?.({ provider, outcome, refs: asked.size, seconds: (clock.monotonic() - begun) / 1000 });
    if (outcome !== 'aborted') pacer.heed(throttling, begun);
    const isResting = clock.monotonic() < this.#restUntil;
    const slots = [...check.waiting.values(), ...(isResting ? this.#waiting.values() : [])];
    if (isResting) this.#waiting = new Map();
    this.#options.onDone(slots);
    if (this.#waiting.size > 0) this.#schedule();
  }

  /** A call failed: what is unchanged is read for a while, and longer each time. */
  #rest(kind: ProviderError['kind']): void {
    const { clock, limits } = this.#options;
    this.#failures += 1;
    const isVerdict = kind === 'denied' || kind === 'unsupported';
    this.#restUntil = clock.monotonic() + (isVerdict ? limits.probeAgain : backoffBound({ ...rest, cap: limits.probeAgain }, this.#failures));
  }

  /** Asks, and confirms what is the same. */
  async #ask({ begun, asked, controller }: Check): Promise<{ readonly outcome: CallOutcome; readonly throttling?: ProviderError }> {
    const { client, clock, limits, answers } = this.#options;
    const what = 'the provider';
    try {
      const refs = [...asked.values()].map(({ ref }) => ref);
      const versions = await withDeadline(async (signal) => client.versions?.(refs, signal), { clock, deadline: limits.deadline, what, controller });
      if (!Array.isArray(versions) || versions.length !== refs.length) throw new ProviderError('unavailable', `the provider gave no version for each of ${refs.length} references`);
      for (const [index, name] of [...asked.keys()].entries()) answers.confirm(name, versions[index], begun);
      this.#failures = 0;
      return { outcome: 'ok' };
    } catch (thrown) {
      if (thrown === abandoned) return { outcome: 'aborted' };
      const error = asProviderError(thrown, what);
      this.#rest(error.kind);
      return error.kind === 'throttled' ? { outcome: 'throttled', throttling: error } : { outcome: error.kind };
    }
  }
}
