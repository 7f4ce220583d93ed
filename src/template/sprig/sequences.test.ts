import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { LimitError } from '../template-error.ts';
import { int, intTypes } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { Int, Slice } from '../value/value.ts';
import { sequences } from './sequences.ts';

function call(name: string, ...args: readonly Value[]): Value {
  return sequences.get(name)?.call(args, testContext());
}

const small = fc.integer({ min: -30, max: 30 });

describe('sequences', () => {
  it('hold what a loop would count', () => {
    fc.assert(
      fc.property(small, small, small, (start, stop, step) => {
        const counted: number[] = [];
        const isUp = stop >= start;
        if (isUp ? step > 0 : step < 0) for (let at = start; isUp ? at < stop : at > stop; at += step) counted.push(at);
        const result = call('untilStep', int(start), int(stop), int(step));
        expect(result instanceof Slice ? result.items.map((item) => (item instanceof Int ? Number(item.value) : item)) : result).toEqual(counted);
      }),
    );
  });

  it('are exact at the end of the range', () => {
    expect(call('seq', int(2n ** 63n - 3n), int(2n ** 63n - 2n))).toBe('9223372036854775805 9223372036854775806');
  });

  it('are not begun when they would be too long', () => {
    const largest = new Int(intTypes.int, 2n ** 63n - 1n);
    expect(() => call('until', largest)).toThrow(LimitError);
    expect(() => call('seq', largest)).toThrow(LimitError);
    expect(() => call('untilStep', int(0), largest, int(1))).toThrow(LimitError);
  });
});
