import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import type { HttpClient } from '../lib/http.ts';
import { HttpError } from '../lib/http.ts';
import { untilAborted } from '../lib/until-aborted.ts';

/** The keys that an issuer signs its tokens with. */
export interface SigningKeys {
  /**
   * The key of that name; undefined where the issuer has none such, `unavailable` where it cannot be asked and nothing is remembered.
   * @throws the signal's reason
   */
  readonly find: (kid: string, signal: AbortSignal) => Promise<KeyObject | 'unavailable' | undefined>;
}

export interface SigningKeysOptions {
  /** Where the issuer publishes them: a JSON Web Key Set (RFC 7517). Fixed by us or by the operator, never by a token. */
  readonly url: string;
  readonly http: HttpClient;
  readonly clock: Clock;
}

const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string().optional(), kty: z.string(), use: z.string().optional() })).max(100) });

/** Milliseconds that keys are kept: as long as the issuer says within these bounds. */
const shortest = 60_000;
const longest = 24 * 3_600_000;
/** Milliseconds between two questions: a token that names a key of its own invention must not make us ask each time. */
const restBetween = 30_000;
const smallestModulus = 2048;

/** Fetches an issuer's keys when they are needed, and keeps them for as long as it says. Old ones stay while it cannot be asked. */
export function createSigningKeys({ url, http, clock }: SigningKeysOptions): SigningKeys {
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let freshUntil = -Infinity;
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;
  // all who wait share it, so nobody's leaving may end it; the client has a deadline
  const ask = async (): Promise<void> => {
    askedAt = clock.monotonic();
    try {
      const { status, headers, body } = await http({ method: 'GET', url }, new AbortController().signal);
      if (status !== 200) return;
      keys = keysOf(JSON.parse(Buffer.from(body).toString('utf8')));
      freshUntil = clock.monotonic() + maxAge(headers['cache-control'] ?? '');
    } catch (error) {
      if (!(error instanceof HttpError || error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    }
  };
  return {
    find: async (kid, signal) => {
      const known = keys.get(kid);
      const now = clock.monotonic();
      if (known !== undefined && now < freshUntil) return known;
      if (now - askedAt >= restBetween || asking !== undefined) await untilAborted((asking ??= ask().finally(() => (asking = undefined))), signal);
      return keys.get(kid) ?? (freshUntil > clock.monotonic() ? undefined : 'unavailable');
    },
  };
}

function keysOf(answer: unknown): ReadonlyMap<string, KeyObject> {
  const found = new Map<string, KeyObject>();
  for (const { kid, kty, use = 'sig', ...rest } of keySet.parse(answer).keys) {
    if (kid === undefined || kty !== 'RSA' || use !== 'sig') continue;
    const key = importKey({ kty, ...rest });
    if (key !== undefined) found.set(kid, key);
  }
  return found;
}

function importKey(jwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= smallestModulus ? key : undefined;
  } catch {
    return undefined;
  }
}

function maxAge(cacheControl: string): number {
  const seconds = Number(/(?:^|[,\s])max-age=(\d{1,9})/.exec(cacheControl)?.[1] ?? 0);
  return Math.min(Math.max(seconds * 1000, shortest), longest);
}
