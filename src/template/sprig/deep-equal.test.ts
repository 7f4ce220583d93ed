import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { LimitError } from '../template-error.ts';
import { anyType, dict, int, int64, list, sliceOf, strings } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { Slice } from '../value/value.ts';
import { deepEqual } from './deep-equal.ts';

const equal = (one: Value, other: Value): boolean => deepEqual(one, other, testContext().meter);

/** A map that holds itself. */
function loop(mark: number): Value {
  const map = dict([['mark', int(mark)]]);
  map.entries.set('self', list([map]));
  return map;
}

/** Lists in lists, which share nothing. */
function nested(depth: number): Value {
  let value: Value = int(1);
  for (let level = 0; level < depth; level += 1) value = list([value]);
  return value;
}

describe('deepEqual', () => {
  it('tells types apart', () => {
    expect(equal(int(1), int64(1n))).toBe(false);
    expect(equal(int(1), 1)).toBe(false);
    expect(equal(list(['a']), strings(['a']))).toBe(false);
    expect(equal(list([]), new Slice(sliceOf(anyType), [], true))).toBe(false);
    expect(equal(undefined, '')).toBe(false);
    expect(equal(undefined, undefined)).toBe(true);
  });

  it('compares what lists and maps hold', () => {
    expect(equal(dict([['a', list([int(1), 'x'])]]), dict([['a', list([int(1), 'x'])]]))).toBe(true);
    expect(equal(dict([['a', undefined]]), dict([['b', undefined]]))).toBe(false);
    expect(equal(list([1, 2]), list([2, 1]))).toBe(false);
  });

  it('finds NaN equal only where it is not looked at', () => {
    const holder = list([Number.NaN]);
    expect(equal(holder, holder)).toBe(true);
    expect(equal(holder, list([Number.NaN]))).toBe(false);
  });

  it('ends where values hold themselves', () => {
    expect(equal(loop(1), loop(1))).toBe(true);
    expect(equal(loop(1), loop(2))).toBe(false);
  });

  it('does not go deeper than the limit', () => {
    expect(equal(nested(900), nested(900))).toBe(true);
    expect(() => equal(nested(5000), nested(5000))).toThrow(LimitError);
  });
});
