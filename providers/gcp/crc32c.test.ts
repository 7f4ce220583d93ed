import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';

describe('CRC-32C', () => {
  // RFC 3720, appendix B.4, and the check value of the catalogues
  it.each([
    ['nothing', new Uint8Array(), 0],
    ['the digits 1 to 9', Buffer.from('123456789'), 0xe3069283],
    ['32 zeroes', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ])('of %s is that of the standard', (_, bytes, sum) => {
    expect(crc32c(bytes)).toBe(sum);
  });
});
