import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatFloat } from './float.ts';
import { parseFloating } from './parse-number.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

test('the shortest form of every number reads as that number', () => {
  fc.assert(
    fc.property(finite, fc.constantFrom('e', 'E', 'f', 'g', 'G', 'x', 'X'), (value, verb) => {
      expect(parseFloating(formatFloat(value, verb)).value).toBe(value);
    }),
  );
});

test('halves round to even, from the exact value', () => {
  expect([0.5, 1.5, 2.5, -0.5].map((value) => formatFloat(value, 'f', 0))).toEqual(['0', '2', '2', '-0']);
  // 1.005 is a little less than it looks
  expect(formatFloat(1.005, 'f', 2)).toBe('1.00');
  expect(formatFloat(0.25, 'f', 1)).toBe('0.2');
  expect(formatFloat(9.995, 'f', 3)).toBe('9.995');
  expect(formatFloat(99.5, 'f', 0)).toBe('100');
});

test('a precision of up to 100 agrees with JavaScript, which rounds halves away from zero, where there is no half', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e20, noNaN: true }), fc.integer({ min: 0, max: 20 }), (value, precision) => {
      const exact = formatFloat(value, 'f', 1100);
      fc.pre(!/^50*$/.test(exact.slice(exact.indexOf('.') + 1 + precision)));

      expect(formatFloat(value, 'f', precision)).toBe(value.toFixed(precision));
    }),
  );
});

test('general numbers take an exponent below 10^-4, and from their precision on', () => {
  expect([0.0001, 0.00001, 123456, 1e6, 1234567, 1e20].map((value) => formatFloat(value, 'g'))).toEqual(['0.0001', '1e-05', '123456', '1e+06', '1.234567e+06', '1e+20']);
  expect(formatFloat(1234567, 'g', 10)).toBe('1234567');
  expect(formatFloat(100, 'g', 3)).toBe('100');
  expect(formatFloat(100, 'G', 2)).toBe('1E+02');
});

test('a precision may go far beyond the digits that there are', () => {
  expect(formatFloat(5e-324, 'f', 2000)).toHaveLength(2002);
  expect(formatFloat(0.1, 'f', 55)).toBe('0.1000000000000000055511151231257827021181583404541015625');
  expect(formatFloat(0, 'e', 3)).toBe('0.000e+00');
});

test('binary and hexadecimal forms', () => {
  expect(formatFloat(1, 'b')).toBe('4503599627370496p-52');
  expect([1.5, 0, -0.1, 5e-324].map((value) => formatFloat(value, 'x'))).toEqual(['0x1.8p+00', '0x0p+00', '-0x1.999999999999ap-04', '0x1p-1074']);
  expect(formatFloat(1.999, 'X', 1)).toBe('0X1.0P+01');
});

test('what is no finite number has a name', () => {
  expect([Number.NaN, Infinity, -Infinity, -0].map((value) => formatFloat(value, 'f', 2))).toEqual(['NaN', '+Inf', '-Inf', '-0.00']);
});
