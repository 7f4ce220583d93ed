import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { FunctionError } from '../template-error.ts';
import { int, intTypes, list } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { Int } from '../value/value.ts';
import { isAtMost, isEqual, isLess } from './compare.ts';

const { meter } = testContext();
const unsigned = (value: bigint): Int => new Int(intTypes.uint64, value);

describe('comparisons', () => {
  it('compare integers whatever their types, by their values', () => {
    expect(isEqual(int(5), [unsigned(5n)], meter)).toBe(true);
    expect(isEqual(int(-1), [unsigned(2n ** 64n - 1n)], meter)).toBe(false);
    expect(isLess(int(-1), unsigned(0n))).toBe(true);
  });

  it('refuse to compare what differs in kind, but not with nil', () => {
    expect(() => isEqual(int(1), [1], meter)).toThrow('incompatible types for comparison: int and float64');
    expect(() => isLess(int(1), 'a')).toThrow('incompatible types for comparison: int and string');
    expect(isEqual(int(1), [undefined], meter)).toBe(false);
  });

  it('stop at the first that is equal', () => {
    expect(isEqual('a', ['b', 'a', int(1)], meter)).toBe(true);
    expect(() => isEqual('a', ['b', int(1), 'a'], meter)).toThrow(FunctionError);
  });

  it('find NaN neither equal, less nor at most', () => {
    expect([isEqual(Number.NaN, [Number.NaN], meter), isLess(Number.NaN, 1), isAtMost(Number.NaN, Number.NaN, meter)]).toEqual([false, false, false]);
  });

  it('say nothing of what uncomparable values hold, save in the detail', () => {
    const attempt = (): boolean => isEqual(list(['secret']), [list(['secret'])], meter);
    expect(attempt).toThrow(/^non-comparable type \[\]interface \{\}$/);
    try {
      attempt();
    } catch (error) {
      expect(error instanceof FunctionError && Buffer.from(error.detail.reveal()).toString()).toBe('non-comparable type [secret]: []interface {}');
    }
  });

  it.each<Value>([undefined, true, list([])])('have no order for %j', (value) => {
    expect(() => isLess(value, value)).toThrow('invalid type for comparison');
  });
});
