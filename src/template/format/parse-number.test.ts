import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atoi, parseBoolean, parseFloat64, parseFloating, parseInt64, parseInteger, parseUint64, parseUnsigned } from './parse-number.ts';

const reasonOf = (parsed: { readonly problem?: { readonly reason: string } }): string | undefined => parsed.problem?.reason;

describe('integers', () => {
  it('read as what they were written from, in every base', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer({ min: 2, max: 36 }), (value, base) => {
        expect(parseInteger(value.toString(base), base, 64)).toEqual({ value });
        expect(parseInteger(value.toString(base).toUpperCase(), base, 64)).toEqual({ value });
      }),
    );
  });

  it('tell their base by a prefix in base 0, and may hold underscores there', () => {
    expect(['0x1F', '0b101', '0o17', '017', '1_000', '0x_ff', '-0X10', '+5', '0'].map((text) => parseInt64(text))).toEqual([31n, 5n, 15n, 15n, 1000n, 255n, -16n, 5n, 0n]);
    expect(['_1', '1_', '1__0', '0_x1', '0x', '08', '', '-', '+-1', ' 1', '1 '].map((text) => parseInt64(text))).toEqual(Array.from({ length: 11 }));
    expect(reasonOf(atoi('1_0'))).toBe('invalid syntax');
  });

  it('beyond the range are the nearest within', () => {
    expect(parseInteger('128', 10, 8)).toMatchObject({ value: 127n, problem: { reason: 'value out of range' } });
    expect(parseInteger('-129', 10, 8)).toMatchObject({ value: -128n });
    expect(parseInteger('-128', 10, 8)).toEqual({ value: -128n });
    expect(parseUnsigned('18446744073709551616', 10, 64)).toMatchObject({ value: 2n ** 64n - 1n });
    expect(parseUint64('18446744073709551615')).toBe(2n ** 64n - 1n);
  });

  it('are not looked at beyond the digit that is too much', () => {
    expect(reasonOf(atoi(`${'9'.repeat(30)}x`))).toBe('value out of range');
  });

  it('have a problem that says what Go says, and a reason without the text', () => {
    expect(atoi('a"b').problem?.reason).toBe('invalid syntax');
    expect(atoi('a"b').problem?.detail()).toBe(String.raw`strconv.Atoi: parsing "a\"b": invalid syntax`);
    expect(reasonOf(parseInteger('1', 37, 64))).toBe('invalid base 37');
    expect(reasonOf(parseInteger('1', 10, 65))).toBe('invalid bit size 65');
    expect(reasonOf(parseUnsigned('-1', 10, 64))).toBe('invalid syntax');
  });
});

describe('floats', () => {
  it('read as what JavaScript writes', () => {
    // which has no sign for zero
    fc.assert(fc.property(fc.double({ noNaN: true }), (value) => parseFloat64(String(value)) === value));
  });

  it('may be hexadecimal, with an exponent', () => {
    expect(['0x1p-2', '0x1.8p1', '-0X.8P0', '0x1p1024', '0x1p-1074', '0x1p-1075', '0x1.8p-1075', '0x1.00000000000008p0', '0x1.000000000000080000001p0'].map((text) => parseFloating(text).value)).toEqual([
      0.25, 3, -0.5, Infinity, 5e-324, 0, 5e-324, 1, 1 + Number.EPSILON,
    ]);
    expect(reasonOf(parseFloating('0x1.8'))).toBe('invalid syntax');
  });

  it('may be infinite or no number, in any case', () => {
    expect(['inf', '+Infinity', '-INF', 'nAn'].map((text) => parseFloating(text).value)).toEqual([Infinity, Infinity, -Infinity, Number.NaN]);
    expect(['+nan', 'infi', '-infinit', ''].map((text) => reasonOf(parseFloating(text)))).toEqual(Array.from({ length: 4 }, () => 'invalid syntax'));
  });

  it('are infinite beyond the range, and zero where they are too small', () => {
    expect(parseFloating('1e309')).toMatchObject({ value: Infinity, problem: { reason: 'value out of range' } });
    expect(parseFloating('1e309').problem?.detail()).toBe('strconv.ParseFloat: parsing "1e309": value out of range');
    expect(parseFloating('-1e-400')).toEqual({ value: -0 });
    expect(parseFloating(`0.${'0'.repeat(400)}1e401`)).toEqual({ value: 1 });
    expect(parseFloating('1e99999999999')).toMatchObject({ value: Infinity });
  });

  it('have a point, digits and an exponent in their places', () => {
    expect(['.5', '5.', '1_0.2_5', '1E+2', '00.1'].map((text) => parseFloat64(text))).toEqual([0.5, 5, 10.25, 100, 0.1]);
    expect(['.', 'e1', '1e', '1e+', '1.2.3', '1_', '_1', '1._5', '0x.p1', '1f'].filter((text) => parseFloat64(text) !== undefined)).toEqual([]);
  });
});

describe('booleans', () => {
  it('have six names each', () => {
    expect(['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => parseBoolean(text).value)).toEqual(Array.from({ length: 6 }, () => true));
    expect(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => parseBoolean(text))).toEqual(Array.from({ length: 6 }, () => ({ value: false })));
    expect(parseBoolean('yes').problem?.detail()).toBe('strconv.ParseBool: parsing "yes": invalid syntax');
  });
});
