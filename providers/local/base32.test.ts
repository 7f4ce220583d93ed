import { expect, it } from 'vitest';
import { encodeBase32 } from './base32.ts';

// RFC 4648, section 10
it.each([
  ['', ''],
  ['f', 'MY======'],
  ['fo', 'MZXQ===='],
  ['foo', 'MZXW6==='],
  ['foob', 'MZXW6YQ='],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI======'],
])('"%s" is written as the standard has it', (text, encoded) => {
  expect(encodeBase32(Buffer.from(text))).toBe(encoded);
});
