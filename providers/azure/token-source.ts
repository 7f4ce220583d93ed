import type { Clock } from '../../src/lib/clock.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { EntraToken } from './entra-request.ts';

/** How long before its end a token is renewed, in milliseconds; of one that is short-lived, the last half of its life. */
const renewBefore = 300_000;
/** How long after a renewal that failed the old token is used on, before the next attempt. */
const retryAfter = 15_000;
/** How long a refusal is believed, so that it is not asked for anew with every call; also of tokens that were refused as soon as they came. */
const refusalHold = 10_000;

interface Held {
  readonly text: string;
  readonly until: number;
  renewAt: number;
}

/**
 * Tokens of one identity for one service: cached, renewed before they end while the old one serves, and asked for once however many wait. One
 * that cannot be renewed is used as long as it is valid.
 */
export class TokenSource {
  readonly #clock: Clock;
  readonly #fetch: () => Promise<EntraToken>;
  #held: Held | undefined;
  #underWay: Promise<string> | undefined;
  #refused: { readonly error: ProviderError; readonly until: number } | undefined;
  #forgetFrom = -Infinity;

  /** @param fetch asks for a new token; bounded in time by itself, since no one's signal may end it for the others */
  constructor(clock: Clock, fetch: () => Promise<EntraToken>) {
    this.#clock = clock;
    this.#fetch = fetch;
  }

  /** A token that is valid now. @throws what `fetch` throws; a refusal once more within ten seconds */
  get(): Promise<string> {
    const held = this.#held;
    const now = this.#clock.monotonic();
    if (held !== undefined && now < held.until) {
      if (now >= held.renewAt) this.#renewOnce().catch(() => (held.renewAt = this.#clock.monotonic() + retryAfter));
      return Promise.resolve(held.text);
    }
    if (this.#refused !== undefined && now < this.#refused.until) return Promise.reject(this.#refused.error);
    return this.#renewOnce();
  }

  /** Drops a token that was refused, if that may help: where the next one is refused, too, it is the identity that is. */
  forget(text: string): void {
    const now = this.#clock.monotonic();
    if (this.#held?.text !== text || now < this.#forgetFrom) return;
    this.#held = undefined;
    this.#forgetFrom = now + refusalHold;
  }

  #renewOnce(): Promise<string> {
    this.#underWay ??= this.#renew().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #renew(): Promise<string> {
    const asked = this.#clock.monotonic();
    try {
      const { token, seconds } = await this.#fetch();
      const life = seconds * 1000;
      const text = Buffer.from(token.reveal()).toString('utf8');
      this.#held = { text, until: asked + life, renewAt: asked + life - Math.min(renewBefore, life / 2) };
      this.#refused = undefined;
      return text;
    } catch (error) {
      if (error instanceof ProviderError && error.kind !== 'unavailable') {
        this.#refused = { error, until: this.#clock.monotonic() + Math.max(refusalHold, error.retryAfter ?? 0) };
      }
      throw error;
    }
  }
}
