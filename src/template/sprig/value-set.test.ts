import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { int, int64, list } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { deepEqual } from './deep-equal.ts';
import { ValueSet } from './value-set.ts';

const plain: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(undefined, true, false, '', 'a', '1', 0, -0, 1, Number.NaN),
  fc.integer({ min: -1, max: 1 }).map((value) => int(value)),
  fc.integer({ min: -1, max: 1 }).map((value) => int64(BigInt(value))),
);
const value = fc.oneof(plain, fc.array(plain, { maxLength: 2 }).map((items) => list(items)));

describe('ValueSet', () => {
  it('finds what is deeply equal to one of its values', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), value, (values, wanted) => {
        const { meter } = testContext();
        expect(new ValueSet(meter, values).has(wanted)).toBe(values.some((one) => deepEqual(wanted, one, meter)));
      }),
    );
  });
});
