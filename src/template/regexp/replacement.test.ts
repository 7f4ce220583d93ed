import { describe, expect, it } from 'vitest';
import { readReplacement } from './replacement.ts';

const groups = new Map([
  ['name', [1, 3]],
  ['1x', [2]],
  ['01', [4]],
]);
const read = (template: string): unknown => readReplacement(template, groups).filter((part) => part !== '');

describe('readReplacement', () => {
  it('takes as much as can be a name', () => {
    expect(read('$1x')).toEqual([[2]]);
    expect(read('${1}x')).toEqual([[1], 'x']);
    expect(read('$name-$names')).toEqual([[1, 3], '-', []]);
    expect(read('$1\xc3\xa9')).toEqual([[]]);
  });

  it('takes short numbers without leading zeros for groups', () => {
    expect(read('$0$12$01$999999999$1000000000')).toEqual([[0], [12], [4], [999_999_999], []]);
  });

  it('leaves what is no reference as it is', () => {
    expect(read('$$1 $')).toEqual(['$', '1 $']);
    expect(read('$-${}${a ${1')).toEqual(['$', '-$', '{}$', '{a $', '{1']);
  });
});
