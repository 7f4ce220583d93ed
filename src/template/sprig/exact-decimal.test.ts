import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { addDecimals, decimalOf, divideDecimals, multiplyDecimals, negated, numberOf } from './exact-decimal.ts';

const { meter } = testContext();
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const cents = fc.integer({ min: -1e9, max: 1e9 });

describe('exact decimals', () => {
  it('read back as the float64 that they were made of', () => {
    fc.assert(
      fc.property(finite, (value) => {
        expect(numberOf(decimalOf(value), meter)).toBe(value + 0);
      }),
    );
  });

  it('add and multiply as numbers are written, not as floats hold them', () => {
    fc.assert(
      fc.property(cents, cents, (one, other) => {
        expect(numberOf(addDecimals(decimalOf(one / 100), decimalOf(other / 100), meter), meter)).toBe((one + other) / 100 + 0);
        const product = (BigInt(one) * BigInt(other)).toString();
        expect(numberOf(multiplyDecimals(decimalOf(one / 100), decimalOf(other / 100), meter), meter)).toBe(Number(`${product}e-4`));
      }),
    );
  });

  it('subtract to nothing from themselves', () => {
    fc.assert(
      fc.property(finite, (value) => {
        expect(addDecimals(decimalOf(value), negated(decimalOf(value)), meter).coefficient).toBe(0n);
      }),
    );
  });

  it('divide to sixteen digits, halves away from zero', () => {
    const quotient = (one: number, other: number): number => numberOf(divideDecimals(decimalOf(one), decimalOf(other), meter), meter);
    expect(quotient(1, 3)).toBe(0.3333333333333333);
    expect(quotient(-2, 3)).toBe(-0.6666666666666667);
    expect(quotient(5e-17, 1)).toBe(1e-16);
    expect(quotient(-5e-17, 1)).toBe(-1e-16);
    expect(quotient(4.9e-17, 1)).toBe(0);
    expect(quotient(1, 1e300)).toBe(0);
  });

  it('refuse what has no digits, and division by zero', () => {
    expect(() => decimalOf(Number.NaN)).toThrow('Cannot create a Decimal from NaN or an infinity');
    expect(() => divideDecimals(decimalOf(1), decimalOf(0), meter)).toThrow('decimal division by 0');
  });
});
