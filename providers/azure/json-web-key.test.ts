import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { isSamePublicKey, printKey, readKey } from './json-web-key.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-384' });

function pemOf({ privateKey }: typeof rsa): SecretBytes {
  return SecretBytes.fromUtf8(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

describe('a JSON Web Key', () => {
  it.each([['RSA', rsa], ['EC', elliptic]] as const)('of an %s key in PEM means the same key', (kty, pair) => {
    const key = readKey(pemOf(pair));
    const printed: unknown = JSON.parse(Buffer.from(printKey(key).reveal()).toString('utf8'));

    expect(printed).toEqual({ ...pair.privateKey.export({ format: 'jwk' }), kty });
  });

  it('is printed with its members in the order of External Secrets, and nothing that is not there', () => {
    const key = { y: Uint8Array.of(3), x: Uint8Array.of(2), crv: 'P-256', keyOps: ['sign'], kty: 'EC', kid: 'id' };

    expect(Buffer.from(printKey(key).reveal()).toString('utf8')).toBe('{"kid":"id","kty":"EC","key_ops":["sign"],"crv":"P-256","x":"Ag","y":"Aw"}');
  });

  it('is a symmetric one where it is no PEM', () => {
    expect(readKey(new SecretBytes(Uint8Array.of(1, 2)))).toEqual({ kty: 'oct', k: Uint8Array.of(1, 2) });
  });

  it('is the same where its public half is, in a hardware module too', () => {
    const key = readKey(pemOf(rsa));
    const { n, e } = createPublicKey(rsa.privateKey).export({ format: 'jwk' });
    const told = { kty: 'RSA-HSM', kid: 'id', n: Buffer.from(n ?? '', 'base64url'), e: Buffer.concat([Buffer.of(0), Buffer.from(e ?? '', 'base64url')]) };

    expect(isSamePublicKey(told, key)).toBe(true);
    expect(isSamePublicKey({ ...told, n: Uint8Array.of(1) }, key)).toBe(false);
    expect(isSamePublicKey(told, readKey(pemOf(elliptic)))).toBe(false);
    expect(isSamePublicKey({ kty: 'oct' }, { kty: 'oct', k: Uint8Array.of(1) })).toBe(false);
  });
});
