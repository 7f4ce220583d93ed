import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SigningKeyError, signJwt } from './sign-jwt.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function decode(part: string | undefined): unknown {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
}

describe('a signed token', () => {
  it.each(['pkcs1', 'pkcs8'] as const)('holds its claims, and what the owner of a %s key has signed', (type) => {
    const [header, claims, signature = ''] = signJwt({ iss: 'é', exp: 5 }, privateKey.export({ type, format: 'pem' }).toString(), 'k1').split('.');

    expect([decode(header), decode(claims)]).toEqual([{ alg: 'RS256', typ: 'JWT', kid: 'k1' }, { iss: 'é', exp: 5 }]);
    expect(createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')).toBe(true);
  });

  it('says in its header what else it is told to', () => {
    const [header] = signJwt({}, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), undefined, { x5t: 'thumb' }).split('.');

    expect(decode(header)).toEqual({ alg: 'RS256', typ: 'JWT', x5t: 'thumb' });
  });

  it('is not made with anything else', () => {
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

    // as long as a key of 8192 bits signs, nothing else is done
    const long = generateKeyPairSync('rsa', { modulusLength: 4104 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

    for (const pem of ['', 'canary', long, elliptic, publicKey.export({ type: 'spki', format: 'pem' }).toString()]) {
      expect(() => signJwt({}, pem)).toThrow(new SigningKeyError());
    }
  });
});
