import type { Clock } from '../lib/clock.ts';
import type { HttpResponse } from '../lib/http.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import { ProviderError } from './provider-error.ts';

/** What a login has given. */
export interface Login {
  readonly token: SecretBytes;
  /** Milliseconds for which the token is valid. */
  readonly life: number;
}

/** Where the token of a request comes from. */
export interface TokenSource {
  readonly get: (signal: AbortSignal) => Promise<SecretBytes>;
  /** The service refuses this token. Absent: there is no other to be had. */
  readonly drop?: (token: SecretBytes) => void;
}

/** The part of a token's life after which another is asked for, while this one serves on. */
const renewAfter = 0.8;
/** The last part of a token's life in which it is not used any more, and the most that is, in milliseconds: requests take time, and clocks differ. */
const [unusedPart, mostUnused] = [0.05, 10_000];
/** Milliseconds after which a renewal that failed is tried again, as long as the old token is good. */
const renewAgain = 30_000;
/** For how long a refusal is believed at first, and at the most, in milliseconds: it doubles from one to the next. */
const [firstHold, longestHold] = [10_000, 300_000];

interface Kept {
  readonly token: SecretBytes;
  /** On the monotonic clock, as is `until`. */
  renewAt: number;
  /** From then on the token is not used any more. */
  readonly until: number;
}

/** A login that was refused. Until then it is not tried again, for services lock out who errs too often. */
interface Refusal {
  readonly error: ProviderError;
  readonly hold: number;
  readonly until: number;
}

/** The token of a login that all requests of a client share: asked for when it is first needed, again while it still serves, and after it was refused. */
export class LoginToken implements TokenSource {
  readonly #clock: Clock;
  readonly #logIn: (signal: AbortSignal) => Promise<Login>;
  readonly #controller = new AbortController();
  #kept: Kept | undefined;
  #refusal: Refusal | undefined;
  #underway: Promise<SecretBytes> | undefined;

  /** @param logIn has a deadline of its own; its signal aborts with the client */
  constructor(clock: Clock, logIn: (signal: AbortSignal) => Promise<Login>) {
    this.#clock = clock;
    this.#logIn = logIn;
  }

  /**
   * The token. Nobody waits for a renewal, and none suffers from one that fails, as long as the old token is good.
   * @throws what the login throws; the same for a while where that was a refusal; the signal's reason
   */
  async get(signal: AbortSignal): Promise<SecretBytes> {
    signal.throwIfAborted();
    const kept = this.#kept;
    const now = this.#clock.monotonic();
    if (kept === undefined || now >= kept.until) return untilAborted(this.#renew(), signal);
    if (now >= kept.renewAt) {
      this.#renew().catch(() => {
        kept.renewAt = this.#clock.monotonic() + renewAgain;
      });
    }
    return kept.token;
  }

  drop(token: SecretBytes): void {
    if (this.#kept?.token === token) this.#kept = undefined;
  }

  /** Ends a login that is under way. Returns the token that is valid still, for its revocation. */
  close(): SecretBytes | undefined {
    this.#controller.abort(new ProviderError('unavailable', 'the client is closed'));
    const token = this.#kept?.token;
    this.#kept = undefined;
    return token;
  }

  /** One login for all who wait. */
  #renew(): Promise<SecretBytes> {
    this.#underway ??= this.#obtain().finally(() => {
      this.#underway = undefined;
    });
    return this.#underway;
  }

  async #obtain(): Promise<SecretBytes> {
    const { signal } = this.#controller;
    signal.throwIfAborted();
    const asked = this.#clock.monotonic();
    if (this.#refusal !== undefined && asked < this.#refusal.until) throw this.#refusal.error;
    try {
      const { token, life } = await this.#logIn(signal);
      this.#refusal = undefined;
      if (!signal.aborted) this.#kept = keptOf(token, asked, Math.max(0, life));
      return token;
    } catch (error) {
      this.#heed(error);
      throw error;
    }
  }

  #heed(error: unknown): void {
    if (!(error instanceof ProviderError) || (error.kind !== 'denied' && error.kind !== 'invalid')) return;
    const hold = this.#refusal === undefined ? firstHold : Math.min(longestHold, this.#refusal.hold * 2);
    this.#refusal = { error, hold, until: this.#clock.monotonic() + hold };
  }
}

function keptOf(token: SecretBytes, asked: number, life: number): Kept {
  return { token, renewAt: asked + life * renewAfter, until: asked + life - Math.min(mostUnused, life * unusedPart) };
}

/**
 * Sends a request with a token. One that the service does not know (401) may have been taken back before its time: once, another is tried.
 * @throws what either throws
 */
export async function sendWithToken(source: TokenSource, sendAs: (token: SecretBytes) => Promise<HttpResponse>, signal: AbortSignal): Promise<HttpResponse> {
  const token = await source.get(signal);
  const answer = await sendAs(token);
  if (answer.status !== 401 || source.drop === undefined) return answer;
  source.drop(token);
  return sendAs(await source.get(signal));
}
