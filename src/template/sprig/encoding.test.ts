import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { text } from '../value/go-function.ts';
import { encoding, hexDecoding } from './encoding.ts';

const call = (name: string, value: string): string => text.read((encoding.get(name) ?? hexDecoding.get(name))?.call([value], testContext()));
const byteString = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

describe('encoding', () => {
  it.each(['b64', 'b32'])('%s gives back the bytes that it was given', (name) => {
    fc.assert(
      fc.property(byteString, (value) => {
        expect(call(`${name}dec`, call(`${name}enc`, value))).toBe(value);
      }),
    );
  });

  it('answers with the text of the error where it cannot decode', () => {
    expect(call('b64dec', 'aGVs\nbG8')).toBe('illegal base64 data at input byte 5');
    expect(call('b64dec', 'aGVsbA=\nx')).toBe('illegal base64 data at input byte 7');
    expect(call('b32dec', 'NB\nSWY3D1')).toBe('illegal base32 data at input byte 7');
  });

  it('decodes hexadecimal digits, and fails on others without naming them', () => {
    fc.assert(
      fc.property(byteString, (value) => {
        expect(call('hexdec', Buffer.from(value, 'latin1').toString('hex'))).toBe(value);
      }),
    );
    expect(call('hexdec', 'aAfF')).toBe('\xaa\xff');
    expect(() => call('hexdec', 'abxd')).toThrow('no hexadecimal digit at position 2');
    expect(() => call('hexdec', 'abc')).toThrow('an odd number of hexadecimal digits');
  });
});
