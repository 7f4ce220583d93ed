import type { Clock } from '../../src/lib/clock.ts';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { untilAborted } from '../../src/lib/until-aborted.ts';
import { withDeadline } from '../../src/provider/deadline.ts';
import type { GoogleToken } from './google-api.ts';

export interface TokenKeeperOptions {
  readonly obtain: (signal: AbortSignal) => Promise<GoogleToken>;
  readonly clock: Clock;
}

/** Milliseconds before its end from which a token is renewed, beside its use. */
const renewBefore = 300_000;
/** Milliseconds before its end from which a token is not used any more: clocks differ, and requests take time. */
const margin = 10_000;
/** Milliseconds after which a renewal that failed is tried again, as long as the old token is good. */
const retryRenewal = 30_000;
/** Milliseconds for which no other is got where a token is refused that has come in the place of one that was: the next one would be, too. */
const refusalHold = 10_000;
/** Milliseconds that one token may take to get. */
const deadline = 30_000;

interface Kept {
  readonly token: SecretBytes;
  readonly until: number;
  renewAt: number;
}

/** The access token of one identity: got on first use, renewed before it ends while the old one serves, and by one request for all who wait. */
export class TokenKeeper {
  readonly #options: TokenKeeperOptions;
  readonly #life = new AbortController();
  #kept: Kept | undefined;
  #underway: Promise<SecretBytes> | undefined;
  #forgetFrom = -Infinity;

  constructor(options: TokenKeeperOptions) {
    this.#options = options;
  }

  /** @throws ProviderError where there is none to be had; the signal's reason */
  async get(signal: AbortSignal): Promise<SecretBytes> {
    signal.throwIfAborted();
    const kept = this.#kept;
    const now = this.#options.clock.now();
    if (kept === undefined || now >= kept.until - margin) return untilAborted(this.#renew(), signal);
    if (now >= kept.renewAt) {
      this.#renew().catch(() => {
        kept.renewAt = this.#options.clock.now() + retryRenewal;
      });
    }
    return kept.token;
  }

  /** Does without a token that was refused. Says whether there is another to be had instead. */
  forget(token: SecretBytes): boolean {
    if (this.#kept?.token !== token) return true;
    const now = this.#options.clock.now();
    if (now < this.#forgetFrom) return false;
    this.#kept = undefined;
    this.#forgetFrom = now + refusalHold;
    return true;
  }

  /** Gives up what is under way. */
  close(): void {
    this.#life.abort(new Error('the client is closed'));
    this.#kept = undefined;
  }

  #renew(): Promise<SecretBytes> {
    this.#underway ??= this.#obtain().finally(() => {
      this.#underway = undefined;
    });
    return this.#underway;
  }

  /** It has its own deadline: no caller's signal ends it for others. */
  async #obtain(): Promise<SecretBytes> {
    const { obtain, clock } = this.#options;
    const act = (signal: AbortSignal): Promise<GoogleToken> => obtain(AbortSignal.any([signal, this.#life.signal]));
    const { token, expiry } = await withDeadline(act, { clock, deadline, what: 'getting an access token of Google', controller: new AbortController() });
    const until = expiry * 1000;
    const left = until - clock.now();
    this.#kept = { token, until, renewAt: until - Math.min(renewBefore, left / 2) };
    return token;
  }
}
