import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { LimitError } from '../template-error.ts';
import { dict, int, list } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { deepCopy } from './deep-copy.ts';

describe('deepCopy', () => {
  it('copies lists and maps at every level', () => {
    const inner = dict([['a', int(1)]]);
    const copy = deepCopy(list([inner, undefined, 'x']), testContext().meter);
    inner.entries.set('a', int(2));
    expect(copy).toEqual(list([dict([['a', int(1)]]), undefined, 'x']));
  });

  it('ends where a map holds itself', () => {
    const map = dict();
    map.entries.set('self', map);
    expect(() => deepCopy(map, testContext().meter)).toThrow(LimitError);
  });

  it('is charged for every copy of what is shared', () => {
    let value: Value = list(['x', 'y']);
    for (let level = 0; level < 40; level += 1) value = list([value, value]);
    expect(() => deepCopy(value, testContext({ steps: 100_000, bytes: 10_000_000 }).meter)).toThrow(LimitError);
  });

  it('refuses nil, as Go does', () => {
    expect(() => deepCopy(undefined, testContext().meter)).toThrow('reflect: call of reflect.Value.Type on zero Value');
  });
});
