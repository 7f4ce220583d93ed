import type { SecretBytes } from '../../../lib/secret-bytes.ts';

/** What asking a key came to. The reason says what is missing, and quotes nothing. */
export type KeyAnswer =
  | { readonly ok: true; readonly part: SecretBytes }
  | { readonly ok: false; readonly reason: string; /** It may be another answer the next time. */ readonly transient?: true };

export function refuse(reason: string): KeyAnswer {
  return { ok: false, reason };
}

/** Base64 with or without padding and line breaks; undefined where it is none, or of nothing. */
export function decodeBase64(text: string): Buffer | undefined {
  const bare = text.replaceAll(/\s/g, '');
  return bare !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(bare) ? Buffer.from(bare, 'base64') : undefined;
}
