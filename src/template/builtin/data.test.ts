import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { goFunction, int as intCodec } from '../value/go-function.ts';
import { dict, int, int64, intTypes, list, stringMap, strings } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { Func, Int } from '../value/value.ts';
import { callValue } from './call-value.ts';
import { dataFunctions } from './data.ts';

function call(name: string, ...args: readonly Value[]): Value {
  return dataFunctions.get(name)?.call(args, testContext());
}

describe('index', () => {
  it('steps into lists, strings and maps', () => {
    expect(call('index', dict([['a', list([int(1), 'xyz'])]]), 'a', int(1), int(2))).toEqual(new Int(intTypes.uint8, 122n));
  });

  it('answers the zero value for what a map does not have', () => {
    expect(call('index', stringMap([]), 'a')).toBe('');
    expect(call('index', dict(), 'a')).toBeUndefined();
  });

  it('refuses what is out of range, without telling the index', () => {
    expect(() => call('index', list([]), int(-7))).toThrow(/^index out of range$/);
    expect(() => call('index', list([]), int(0))).toThrow('reflect: slice index out of range');
  });
});

describe('slice', () => {
  it('takes up to three bounds of a list, and two of a string', () => {
    expect(call('slice', strings(['a', 'b', 'c']), int(1), int(2), int(3))).toEqual(strings(['b']));
    expect(call('slice', 'abc', int(1))).toBe('bc');
    expect(call('slice', 'abc')).toBe('abc');
  });

  it.each<readonly [string, readonly Value[]]>([
    ['slice of untyped nil', [undefined]],
    ['cannot 3-index slice a string', ['abc', int(0), int(1), int(2)]],
    ['too many slice indexes: 4', [list([]), int(0), int(0), int(0), int(0)]],
    ['invalid slice index', ['abc', int(2), int(1)]],
    ['index out of range', ['abc', int(4)]],
    ['can\'t slice item of type int', [int(1)]],
  ])('says “%s”', (message, args) => {
    expect(() => call('slice', ...args)).toThrow(message);
  });
});

describe('call', () => {
  const double = new Func({ kind: 'func', name: 'func(int) int' }, goFunction([intCodec], intCodec, (value) => value * 2));

  it('calls a function with arguments that are converted between integers', () => {
    expect(call('call', double, int64(4n))).toEqual(int(8));
  });

  it('refuses other values, and other arguments', () => {
    expect(() => callValue('.x', int(1), [], testContext())).toThrow('non-function .x of type int');
    expect(() => callValue('.x', undefined, [], testContext())).toThrow('call of nil');
    expect(() => callValue('.x', double, [], testContext())).toThrow('wrong number of args for .x: got 0 want 1');
    expect(() => callValue('.x', double, ['a'], testContext())).toThrow('arg 0: value has type string; should be int');
    expect(() => callValue('.x', double, [undefined], testContext())).toThrow('arg 0: value is nil; should be of type int');
  });
});
