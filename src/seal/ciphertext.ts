import { constants, createCipheriv, createDecipheriv, type KeyObject, publicEncrypt } from 'node:crypto';
import { SecretBytes } from '../lib/secret-bytes.ts';

/**
 * One sealed value. On the wire: two bytes with the length of the wrapped key, the session key wrapped by RSA-OAEP (SHA-256, with the
 * label), and the value under AES-256-GCM with that key, a nonce of zeros and its tag. (Source: Sealed Secrets' format.)
 */
export interface Ciphertext {
  /** As long as the modulus of the key that opens it. */
  readonly wrappedKey: Uint8Array;
  /** Ends with the tag. */
  readonly sealed: Uint8Array;
}

const keyBytes = 32;
const tagBytes = 16;
/** Each session key encrypts one value only, so a constant nonce repeats under no key. */
const nonce = Buffer.alloc(12);

/** @returns undefined for bytes that cannot be one */
export function parseCiphertext(bytes: Uint8Array): Ciphertext | undefined {
  if (bytes.length < 2) return undefined;
  const length = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  if (length === 0 || bytes.length < 2 + length + tagBytes) return undefined;
  return { wrappedKey: bytes.subarray(2, 2 + length), sealed: bytes.subarray(2 + length) };
}

/** Text of base64 with padding, as it stands in `encryptedData`; undefined where it is none. Line breaks are forgiven, as in Go. */
export function decodeCiphertext(text: string): Ciphertext | undefined {
  const bare = text.replaceAll(/[\r\n]/g, '');
  if (bare.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(bare)) return undefined;
  return parseCiphertext(Buffer.from(bare, 'base64'));
}

export interface SealOptions {
  readonly key: KeyObject;
  readonly label: Uint8Array;
  /** So many random bytes, fit for keys. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Seals a value. The cost is that of one RSA operation with the public key. */
export function sealValue(value: SecretBytes, { key, label, randomBytes }: SealOptions): Uint8Array {
  const session = randomBytes(keyBytes);
  try {
    const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: label }, session);
    const cipher = createCipheriv('aes-256-gcm', session, nonce);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(wrapped.length);
    return Buffer.concat([length, wrapped, cipher.update(value.reveal()), cipher.final(), cipher.getAuthTag()]);
  } finally {
    session.fill(0);
  }
}

/** Opens the value with an unwrapped session key; undefined where it is not the key, or the value was changed. */
export function openSealed({ sealed }: Ciphertext, session: Uint8Array): SecretBytes | undefined {
  if (session.length !== keyBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', session, nonce);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return new SecretBytes(Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]));
  } catch {
    return undefined;
  }
}
