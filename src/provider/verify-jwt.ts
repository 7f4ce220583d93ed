import { verify } from 'node:crypto';
import { z } from 'zod';
import type { SigningKeys } from './signing-keys.ts';

/** What a token must say to be taken. */
export interface JwtExpectations {
  readonly issuers: readonly string[];
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Claims of a token whose signature, issuer, audience and time are right. Everything else is for the caller to check. */
export type VerifiedJwt = { readonly kind: 'valid'; readonly claims: Readonly<Record<string, unknown>> } | { readonly kind: 'refused' | 'unavailable'; readonly cause: string };

const header = z.object({ alg: z.literal('RS256'), kid: z.string().min(1).max(256), crit: z.undefined().optional() });
const times = z.looseObject({ iss: z.string(), aud: z.union([z.string(), z.array(z.string()).max(16)]), exp: z.number(), iat: z.number().optional(), nbf: z.number().optional() });

/** Bytes of a token; those of the clouds have about 1 KiB. */
const longest = 8_192;
/** Seconds that clocks may differ. */
const skew = 60;

/**
 * Verifies a JSON Web Token (RFC 7519) that is signed with RS256 by a key of the issuer. Nothing in the token chooses an algorithm or
 * where keys are fetched.
 * @throws the signal's reason
 */
export async function verifyJwt(token: string, keys: SigningKeys, { issuers, audience, now }: JwtExpectations, signal: AbortSignal): Promise<VerifiedJwt> {
  const parts = token.split('.');
  const [head = '', payload = '', signature = ''] = parts;
  if (token.length > longest || parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return refused('the token is no JSON Web Token');
  const parsedHeader = header.safeParse(decode(head));
  if (!parsedHeader.success) return refused('the token is not signed with RS256, or does not name its key');
  const key = await keys.find(parsedHeader.data.kid, signal);
  if (key === 'unavailable') return { kind: 'unavailable', cause: "the issuer's keys cannot be fetched" };
  if (key === undefined) return refused('the token names a key that its issuer does not have');
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))) return refused('the signature of the token is wrong');
  const claims = times.safeParse(decode(payload));
  if (!claims.success) return refused('the token says nothing of issuer, audience or time');
  const { iss, aud, exp, iat = 0, nbf = 0 } = claims.data;
  if (!issuers.includes(iss)) return refused('the token is of another issuer');
  if (!(typeof aud === 'string' ? [aud] : aud).includes(audience)) return refused('the token is for another audience');
  const seconds = now / 1000;
  if (exp + skew <= seconds) return refused('the token has expired');
  if (Math.max(iat, nbf) - skew > seconds) return refused('the token is of the future');
  return { kind: 'valid', claims: claims.data };
}

/** The token of `Authorization: Bearer`; undefined where there is none. */
export function bearerOf(headers: Readonly<Record<string, string>>): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
}

function refused(cause: string): VerifiedJwt {
  return { kind: 'refused', cause };
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
