import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import { keysOf, type SopsPath } from './sops-tree.ts';
import { sopsTypes, type SopsType, type SopsValue, textValue, valueOf } from './sops-value.ts';

/** As `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`. Upstream's pattern is open at its end; nothing may follow here. */
const format = /^ENC\[AES256_GCM,data:([A-Za-z0-9+/]+={0,2}),iv:([A-Za-z0-9+/]+={0,2}),tag:([A-Za-z0-9+/]+={0,2}),type:([a-z]+)\]$/;
const marker = 'ENC[AES256_GCM,';

const keyBytes = 32;
const tagBytes = 16;
/** SOPS' own; GCM takes others. */
const nonceBytes = 32;
const mostNonceBytes = 64;

interface Encrypted {
  readonly data: Buffer;
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly type: SopsType;
}

/** Whether a text is meant to be an encrypted value, well-formed or not. */
export function looksEncrypted(text: string): boolean {
  return text.startsWith(marker);
}

function parseEncrypted(text: string): Encrypted | undefined {
  const [, data = '', nonce = '', tag = '', kind] = format.exec(text) ?? [];
  const type = sopsTypes.find((known) => known === kind);
  if (type === undefined) return undefined;
  const parts = { data: Buffer.from(data, 'base64'), nonce: Buffer.from(nonce, 'base64'), tag: Buffer.from(tag, 'base64'), type };
  return parts.tag.length === tagBytes && parts.nonce.length > 0 && parts.nonce.length <= mostNonceBytes ? parts : undefined;
}

/** What a ciphertext of a value is bound to: the names on the way to it, each with a colon after it. */
export function boundTo(path: SopsPath): string {
  return `${keysOf(path).join(':')}:`;
}

export type Decrypted = { readonly ok: true; readonly value: SopsValue } | { readonly ok: false; readonly problem: string };

/**
 * Decrypts one value. An empty text is an empty text: SOPS encrypts none.
 * @param label what the ciphertext is bound to: `boundTo`, or the time of the last change for the MAC
 */
export function decryptValue(text: string, key: SecretBytes, label: string): Decrypted {
  if (text === '') return { ok: true, value: textValue('') };
  const parsed = parseEncrypted(text);
  if (parsed === undefined) return { ok: false, problem: 'is not in the form of an encrypted value of SOPS' };
  const bytes = open(parsed, key, label);
  if (bytes === undefined) return { ok: false, problem: 'does not decrypt: the value was changed or comes from another place, or the file from another key' };
  const value = valueOf(parsed.type, bytes);
  return value === undefined ? { ok: false, problem: `decrypts to something that is no ${parsed.type}` } : { ok: true, value };
}

function open({ data, nonce, tag }: Encrypted, key: SecretBytes, label: string): Uint8Array | undefined {
  if (key.size !== keyBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key.reveal(), nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(label, 'utf8'));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch {
    return undefined;
  }
}

export interface EncryptOptions {
  readonly key: SecretBytes;
  readonly label: string;
  /** So many random bytes, fit for nonces. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Encrypts one value as SOPS does; an empty one stays empty. */
export function encryptValue({ type, bytes }: SopsValue, { key, label, randomBytes }: EncryptOptions): string {
  if (bytes.size === 0) return '';
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.reveal(), nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(label, 'utf8'));
  const data = Buffer.concat([cipher.update(bytes.reveal()), cipher.final()]).toString('base64');
  return `ENC[AES256_GCM,data:${data},iv:${Buffer.from(nonce).toString('base64')},tag:${cipher.getAuthTag().toString('base64')},type:${type}]`;
}
