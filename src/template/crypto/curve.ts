/** An elliptic curve that Go knows. */
export interface Curve {
  readonly objectIdentifier: string;
  /** As Node.js calls it. */
  readonly name: string;
  /** As JWKs call it. */
  readonly jwk: string;
  /** Of a coordinate and of a private key, in bytes. */
  readonly size: number;
  /** Of the signatures that Go makes with it, and their hash. */
  readonly signature: string;
  readonly hash: string;
}

export const curves: readonly Curve[] = [
  { objectIdentifier: '1.3.132.0.33', name: 'secp224r1', jwk: 'P-224', size: 28, signature: '1.2.840.10045.4.3.2', hash: 'sha256' },
  { objectIdentifier: '1.2.840.10045.3.1.7', name: 'prime256v1', jwk: 'P-256', size: 32, signature: '1.2.840.10045.4.3.2', hash: 'sha256' },
  { objectIdentifier: '1.3.132.0.34', name: 'secp384r1', jwk: 'P-384', size: 48, signature: '1.2.840.10045.4.3.3', hash: 'sha384' },
  { objectIdentifier: '1.3.132.0.35', name: 'secp521r1', jwk: 'P-521', size: 66, signature: '1.2.840.10045.4.3.4', hash: 'sha512' },
];
