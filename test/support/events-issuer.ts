import { generateKeyPairSync } from 'node:crypto';
import { signJwt } from '../../src/lib/sign-jwt.ts';

/** An issuer of tokens with a key of its own. */
export interface TokenIssuer {
  /** Its JSON Web Key Set. */
  readonly keySet: string;
  readonly pem: string;
  readonly sign: (claims: Readonly<Record<string, unknown>>, kid?: string) => string;
}

/** Makes an issuer; tokens of two of them are forgeries for each other. */
export function createIssuer(kid = 'key-1', modulusLength = 2048): TokenIssuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    keySet: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] }),
    pem,
    // claims of any kind: also those that no issuer would make
    sign: (claims, named = kid) => signJwt(claims as Record<string, string | number>, pem, named),
  };
}
