import { describe, expect, it } from 'vitest';
import { decryptRc2 } from './rc2.ts';

describe('RC2', () => {
  // RFC 2268, section 5, where the effective length is the key's own
  it.each([
    ['ffffffffffffffff', '278b27e42e2f0d49', 'ffffffffffffffff'],
    ['3000000000000000', '30649edf9be7d2c2', '1000000000000001'],
    ['88bca90e90875a7f0f79c384627bafb2', '2269552ab0f85ca6', '0000000000000000'],
  ])('decrypts with the key %s', (key, data, plain) => {
    expect(decryptRc2(Buffer.from(key, 'hex'), Buffer.alloc(8), Buffer.from(data, 'hex')).toString('hex')).toBe(plain);
  });

  it('chains blocks', () => {
    const key = Buffer.from('ffffffffffffffff', 'hex');
    const vector = Buffer.from('0102030405060708', 'hex');
    const block = Buffer.from('278b27e42e2f0d49', 'hex');
    const plain = decryptRc2(key, vector, Buffer.concat([block, block]));
    expect(plain.toString('hex')).toBe('fefdfcfbfaf9f8f7d874d81bd1d0f2b6');
  });
});
