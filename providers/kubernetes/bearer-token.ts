import { z } from 'zod';
import type { Clock } from '../../src/lib/clock.ts';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';

/** What is asked for; an API server may give less. */
export const tokenSeconds = 3600;

/** The part of a token's life after which another is asked for. */
const used = 0.8;

const claims = z.object({ iat: z.number(), exp: z.number() });

interface Current {
  readonly token: Promise<SecretBytes>;
  /** The token, once it is there. */
  given: SecretBytes | undefined;
  /** On the monotonic clock. */
  renewAt: number;
}

/** The token of a service account, asked for anew before it expires, and after it was refused. */
export class BearerToken {
  readonly #clock: Clock;
  readonly #request: () => Promise<SecretBytes>;
  #current: Current | undefined;

  constructor(clock: Clock, request: () => Promise<SecretBytes>) {
    this.#clock = clock;
    this.#request = request;
  }

  /** @throws what the request throws; the next to ask requests anew */
  get(): Promise<SecretBytes> {
    if (this.#current !== undefined && this.#clock.monotonic() < this.#current.renewAt) return this.#current.token;
    const asked = this.#clock.monotonic();
    const current: Current = { token: this.#request(), renewAt: Infinity, given: undefined };
    this.#current = current;
    current.token.then(
      (token) => this.#learn(current, token, asked),
      () => this.#forget(current),
    );
    return current.token;
  }

  /** The server refuses this token: it is not used again. */
  drop(token: SecretBytes): void {
    if (this.#current?.given === token) this.#current = undefined;
  }

  #learn(current: Current, token: SecretBytes, asked: number): void {
    current.given = token;
    current.renewAt = asked + lifeOf(token) * used;
  }

  #forget(current: Current): void {
    if (this.#current === current) this.#current = undefined;
  }
}

/** Milliseconds; by what the token says of itself, so that clocks that differ do not matter. */
function lifeOf(token: SecretBytes): number {
  const [, payload = ''] = Buffer.from(token.reveal()).toString('utf8').split('.');
  try {
    const { iat, exp } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return Math.max(0, Math.min(exp - iat, tokenSeconds)) * 1000;
  } catch {
    // a token that says nothing of itself lives as long as was asked for; one that does not is refused and asked for anew
    return tokenSeconds * 1000;
  }
}
