import type { RemoteSource } from '../api/external-secret-spec.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';

type Strategy = RemoteSource['decodingStrategy'];

/**
 * Decodes a value as its reference asks. `Auto` tries Base64, then Base64URL, and else leaves the value as it is.
 * @returns undefined where the value is not what the strategy says
 */
export function decode(strategy: Strategy, value: SecretBytes): SecretBytes | undefined {
  switch (strategy) {
    case 'None':
      return value;
    case 'Base64':
      return decodeBase64(value, 'base64');
    case 'Base64URL':
      return decodeBase64(value, 'base64url');
    default:
      return decodeBase64(value, 'base64') ?? decodeBase64(value, 'base64url') ?? value;
  }
}

const alphabets = {
  base64: /^[A-Za-z0-9+/]*={0,2}$/,
  base64url: /^[A-Za-z0-9_-]*={0,2}$/,
};

/** As Go's encoding/base64 decodes: padding is required, line breaks are skipped, other characters are refused. */
function decodeBase64(value: SecretBytes, encoding: keyof typeof alphabets): SecretBytes | undefined {
  const bytes = value.reveal();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').replace(/[\r\n]/g, '');
  return text.length % 4 === 0 && alphabets[encoding].test(text) ? new SecretBytes(Buffer.from(text, encoding)) : undefined;
}

/** Whether a value holds a NUL byte, which no C program and few configuration files survive. */
export function hasNullByte(value: SecretBytes): boolean {
  return value.reveal().includes(0);
}
