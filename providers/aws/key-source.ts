import type { Clock } from '../../src/lib/clock.ts';
import { untilAborted } from '../../src/lib/until-aborted.ts';
import { withDeadline } from '../../src/provider/deadline.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { AwsKeys } from './sdk-keys.ts';

/** Keys of one identity. */
export interface KeySource {
  /** Keys that are valid now. @throws ProviderError; the signal's reason */
  readonly current: (signal: AbortSignal) => Promise<AwsKeys>;
  /** AWS says that these keys have ended. Says whether `current` has others from now on. */
  readonly forget: (keys: AwsKeys) => boolean;
}

/** Keys as they were fetched. */
export interface FetchedKeys extends AwsKeys {
  /** Seconds since the epoch; absent: they do not end. */
  readonly expiration?: number;
}

export interface RenewedKeysOptions {
  /** Fetches new keys. @throws ProviderError; the signal's reason */
  readonly fetch: (signal: AbortSignal) => Promise<FetchedKeys>;
  /** What is asked for them, for the message where it does not answer. */
  readonly what: string;
  readonly clock: Clock;
  /** The life of the client. */
  readonly life: AbortSignal;
}

/** Milliseconds before their end from which on keys are renewed; a quarter of a life that is short. */
const renewBefore = 300_000;
/** Milliseconds that keys are used at least: with clocks that disagree they could be over when they come. */
const shortestUse = 60_000;
/** Milliseconds for which a failure is believed, so that it is not asked anew for every read. */
const failureHold = 5_000;
/** Milliseconds that fetching keys may take. */
const fetchDeadline = 20_000;

/** Keys that stand in Secrets: when they change, there is a new client. */
export function constantKeys(keys: AwsKeys): KeySource {
  return {
    current: (signal) => {
      signal.throwIfAborted();
      return Promise.resolve(keys);
    },
    forget: () => false,
  };
}

/** Keys that end: fetched on first use, kept, and renewed before they end while the old ones serve, by one call at a time whoever asks. */
export function renewedKeys(options: RenewedKeysOptions): KeySource {
  const source = new RenewedKeys(options);
  return { current: (signal) => source.current(signal), forget: (keys) => source.forget(keys) };
}

interface Kept {
  readonly keys: AwsKeys;
  readonly since: number;
  readonly renewAt: number;
  readonly endsAt: number;
}

class RenewedKeys {
  readonly #options: RenewedKeysOptions;
  #kept: Kept | undefined;
  #pending: Promise<AwsKeys> | undefined;
  #failed: { readonly error: ProviderError; readonly until: number } | undefined;

  constructor(options: RenewedKeysOptions) {
    this.#options = options;
  }

  async current(signal: AbortSignal): Promise<AwsKeys> {
    signal.throwIfAborted();
    const now = this.#options.clock.monotonic();
    const kept = this.#kept;
    const failed = this.#failed !== undefined && now < this.#failed.until ? this.#failed : undefined;
    if (kept !== undefined && now < kept.endsAt) {
      // what a renewal in the background fails with is told once the keys have ended
      if (now >= kept.renewAt && failed === undefined) this.#renew().catch(() => undefined);
      return kept.keys;
    }
    if (failed !== undefined) throw failed.error;
    return untilAborted(this.#renew(), signal);
  }

  #renew(): Promise<AwsKeys> {
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  forget(keys: AwsKeys): boolean {
    const kept = this.#kept;
    if (kept === undefined || kept.keys !== keys) return true;
    // new ones that are over already will be over the next time, too
    if (this.#options.clock.monotonic() < kept.since + shortestUse) return false;
    this.#kept = undefined;
    return true;
  }

  async #fetch(): Promise<AwsKeys> {
    const { fetch, what, clock, life } = this.#options;
    const controller = new AbortController();
    const stop = (): void => controller.abort(life.reason);
    life.addEventListener('abort', stop, { once: true });
    try {
      const { expiration, ...keys } = await withDeadline(fetch, { clock, deadline: fetchDeadline, what, controller });
      this.#kept = { keys, ...this.#lifeUntil(expiration) };
      this.#failed = undefined;
      return keys;
    } catch (thrown) {
      life.throwIfAborted();
      if (!(thrown instanceof ProviderError)) throw thrown;
      this.#failed = { error: thrown, until: clock.monotonic() + Math.max(failureHold, thrown.retryAfter ?? 0) };
      throw thrown;
    } finally {
      life.removeEventListener('abort', stop);
    }
  }

  #lifeUntil(expiration: number | undefined): Omit<Kept, 'keys'> {
    const { clock } = this.#options;
    const since = clock.monotonic();
    if (expiration === undefined) return { since, renewAt: Infinity, endsAt: Infinity };
    const left = Math.max(shortestUse, expiration * 1000 - clock.now());
    return { since, renewAt: since + left - Math.min(renewBefore, left / 4), endsAt: since + left };
  }
}
