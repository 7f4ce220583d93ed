import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { credentialText, headerToken, pushedText } from './credential-text.ts';

describe('the text of a credential', () => {
  it('is without what a paste has left around it', () => {
    expect(credentialText(SecretBytes.fromUtf8(' token\r\n'))).toBe('token');
    expect(headerToken(SecretBytes.fromUtf8('token\n'), 'auth.token')).toBe('token');
  });

  it.each(['two words', 'line\nbreak', 'ünicode', '\u0000', ' '])('that cannot be in a header is refused and not quoted: %j', (text) => {
    expect(() => headerToken(SecretBytes.fromUtf8(text), 'auth.token')).toThrow(/^the token is (empty|not plain text without spaces); check the Secret that auth\.token names$/);
  });
});

describe('a pushed value', () => {
  it('is a text as it is, its blanks and its byte order mark too', () => {
    expect(pushedText(SecretBytes.fromUtf8('\uFEFF a\n'), 'the service')).toBe('\uFEFF a\n');
  });

  it('that is no text is refused', () => {
    expect(() => pushedText(new SecretBytes(Uint8Array.of(0xc3)), 'the service')).toThrow(/no UTF-8 text/);
  });
});
