import { createPrivateKey, createSign, type KeyObject } from 'node:crypto';

/** The key cannot sign: it is no RSA key in PEM. The message quotes nothing of it. */
export class SigningKeyError extends Error {
  constructor() {
    super('it holds no RSA private key in PEM');
    this.name = 'SigningKeyError';
  }
}

/**
 * Signs claims as a JSON Web Token with RS256 (RFC 7519, RFC 7518).
 * @param pem an RSA private key, PKCS #1 or PKCS #8, without a passphrase
 * @throws SigningKeyError
 */
export function signJwt(claims: Readonly<Record<string, string | number>>, pem: string, keyId?: string): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  const content = `${encode(header)}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256').update(content).sign(readKey(pem), 'base64url');
  return `${content}.${signature}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // OpenSSL's words may quote the key
  }
  throw new SigningKeyError();
}
