import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError, DerReader, readOnly } from './der.ts';
import { bits, element, integer, objectIdentifier, octets, sequence, setOf, unsignedBytes, unsignedOf } from './write-der.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('DER', () => {
  it('reads the integers that it writes', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => readOnly(integer(value), (reader) => reader.integer()) === value));
  });

  it.each([
    [0n, '020100'],
    [127n, '02017f'],
    [128n, '02020080'],
    [256n, '02020100'],
    [-1n, '0201ff'],
    [-128n, '020180'],
    [-129n, '0202ff7f'],
  ])('writes %s in its shortest form', (value, hex) => {
    expect(integer(value).toString('hex')).toBe(hex);
  });

  it('reads the object identifiers that it writes', () => {
    const arcs = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 39 }), fc.array(fc.integer({ min: 0, max: 0x7fff_ffff }), { maxLength: 8 }));
    fc.assert(
      fc.property(arcs, ([first, second, rest]) => {
        const name = [first, second, ...rest].join('.');
        expect(readOnly(objectIdentifier(name), (reader) => reader.objectIdentifier())).toBe(name);
      }),
    );
  });

  it('reads content of any length', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 20_000_000 / 16]) {
      const content = Buffer.alloc(length, 7);
      expect(readOnly(octets(content), (reader) => reader.octets()).equals(content)).toBe(true);
      expect(readOnly(bits(content), (reader) => reader.bits()).equals(content)).toBe(true);
    }
  });

  it('keeps the elements of a set in order', () => {
    expect(setOf(integer(2), integer(1), octets(Buffer.alloc(0))).toString('hex')).toBe('31080201010201020400');
  });

  it.each([
    ['nothing', ''],
    ['a truncated length', '04'],
    ['truncated content', '040201'],
    ['an indefinite length', '0480000000'],
    ['a long length that could be short', '04810100'],
    ['a length with a zero before it', `04820080${'00'.repeat(128)}`],
    ['a length of five bytes', '04850000000000'],
    ['a large tag', '1f0100'],
    ['another tag', '020100'],
    ['trailing data', '040000'],
  ])('refuses %s', (_, hex) => {
    expect(() => readOnly(bytes(hex), (reader) => reader.octets())).toThrow(DerError);
  });

  it.each(['0200', '02020001', '0202ff80'])('refuses the integer %s', (hex) => {
    expect(() => new DerReader(bytes(hex)).integer()).toThrow(DerError);
  });

  it.each(['0600', '060180', '06028001', '060181', '06062a8fffffff7f'])('refuses the object identifier %s', (hex) => {
    expect(() => new DerReader(bytes(hex)).objectIdentifier()).toThrow(DerError);
  });

  it.each(['0300', '030108', '030101', '03020101', '03020901'])('refuses the bits %s', (hex) => {
    expect(() => new DerReader(bytes(hex)).bits()).toThrow(DerError);
  });

  it.each(['0100', '010101', '01020000'])('refuses the boolean %s', (hex) => {
    expect(() => new DerReader(bytes(hex)).boolean()).toThrow(DerError);
  });

  it('throws nothing but its own errors, whatever it reads', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
        const reader = new DerReader(sequence(element(0x30, input)));
        try {
          const inner = reader.sequence().sequence();
          while (!inner.isEmpty) inner.next();
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });

  it('reads unsigned bytes as it writes them', () => {
    expect(unsignedBytes(0n)).toEqual(bytes('00'));
    expect(unsignedBytes(0xabcn, 4)).toEqual(bytes('00000abc'));
    expect(unsignedBytes(0xabcden, 1)).toEqual(bytes('0abcde'));
    expect(unsignedOf(Buffer.alloc(0))).toBe(0n);
    expect(unsignedOf(bytes('00ff'))).toBe(255n);
  });
});
