import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { LimitError } from '../template-error.ts';
import { dict, int, list, stringMap } from '../value/go-type.ts';
import type { GoMap } from '../value/value.ts';
import { mergeAll } from './merge.ts';

const merge = (target: GoMap, source: GoMap, overwrite = false): GoMap | undefined => mergeAll(target, [source], overwrite, testContext().meter);

describe('mergeAll', () => {
  it('fills what is empty and keeps the rest, level by level, in place', () => {
    const inner = dict([['kept', 'old'], ['filled', '']]);
    const target = dict([['inner', inner]]);
    const merged = merge(target, dict([['inner', dict([['kept', 'new'], ['filled', 'new'], ['added', int(1)]])]]));
    expect(merged).toBe(target);
    expect([...inner.entries]).toEqual([['kept', 'old'], ['filled', 'new'], ['added', int(1)]]);
  });

  it('overwrites with what is empty, too', () => {
    const target = dict([['a', 'old'], ['b', list([1])], ['c', true]]);
    merge(target, dict([['a', ''], ['b', list([])], ['c', undefined]]), true);
    expect([...target.entries.values()]).toEqual(['', list([]), undefined]);
  });

  it('shares what it takes over', () => {
    const shared = dict([['x', 1]]);
    expect(merge(dict(), dict([['a', shared]]))?.entries.get('a')).toBe(shared);
  });

  it('ends where maps hold themselves', () => {
    const loop = (): GoMap => {
      const map = dict();
      return dict(map.entries.set('self', map));
    };
    expect(() => merge(loop(), loop())).toThrow(LimitError);
  });

  it('refuses values that the map’s type has no place for', () => {
    const target = dict([['m', stringMap([['a', 'x']])]]);
    expect(() => merge(target, dict([['m', dict([['b', 'y']])]]))).toThrow('value of type interface {} is not assignable to type string');
  });
});
