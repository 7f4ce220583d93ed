import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { decode } from './decode.ts';

const bytes = fc.uint8Array({ maxLength: 64 });

function text(value: string): SecretBytes {
  return SecretBytes.fromUtf8(value);
}

/** Go writes padding in both alphabets. */
function base64url(value: Uint8Array): string {
  return Buffer.from(value).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

test('what was encoded comes back, byte by byte', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(decode('Base64', text(Buffer.from(value).toString('base64')))?.equals(new SecretBytes(value))).toBe(true);
      expect(decode('Base64URL', text(base64url(value)))?.equals(new SecretBytes(value))).toBe(true);
      expect(decode('None', new SecretBytes(value))?.equals(new SecretBytes(value))).toBe(true);
    }),
  );
});

test('Auto never fails, and leaves alone what neither alphabet reads', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      const input = new SecretBytes(value);
      const decoded = decode('Base64', input) ?? decode('Base64URL', input) ?? input;

      expect(decode('Auto', input)?.equals(decoded)).toBe(true);
    }),
  );
});

test.each(['a', 'aGk', 'a===', '====', 'aG=k', 'aGk= ', '_-8=', 'aGk=aGk='])('Base64 refuses %j', (value) => {
  expect(decode('Base64', text(value))).toBeUndefined();
});
