import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LimitError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import { dict, int, intTypes, list, sliceOf, stringMap, stringType } from '../value/go-type.ts';
import type { GoType, Meter, Value } from '../value/value.ts';
import { Func, GoMap, Int, Slice, Struct } from '../value/value.ts';
import { formatValue, sprint, sprintln } from './format-value.ts';
import { sprintf } from './printf.ts';

function meter(bytes = 1e9): Meter {
  let left = bytes;
  return {
    step: () => undefined,
    allocate: (count) => {
      left -= count;
      if (left < 0) throw new LimitError('too many bytes');
    },
  };
}

const print = (format: string, ...args: readonly Value[]): string => sprintf(format, args, meter());

const durationType: GoType = { kind: 'int64', name: 'time.Duration', text: () => '5s' };
const duration = new Int(durationType, 5_000_000_000n);
const pointer: GoType = { kind: 'ptr', name: '*point.Point' };
const fields: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['X', int(1)],
  ['Name', 'a'],
]);

describe('formats', () => {
  it('have their text copied', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('%')),
        (text) => print(fromText(text)) === fromText(text),
      ),
    );
  });

  it('never fail, whatever they hold', () => {
    const part = fc.constantFrom('%', '[', ']', '*', '.', '1', '3', '-', '+', '#', '0', ' ', 'd', 'v', 's', 'x', 'q', 'z', '\xff', 'T', 'U');
    const someArgs = fc.constantFrom<readonly Value[]>([], [int(3)], [int(3), 'x'], [list([undefined]), 2.5, true]);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), someArgs, (parts, args) => {
        expect(sprintf(parts.join(''), args, meter())).toBeTypeOf('string');
      }),
    );
  });

  it('tell of arguments that are missing, too many or of the wrong type', () => {
    expect(print('%d')).toBe('%!d(MISSING)');
    expect(print('a', int(1), 'b', undefined)).toBe('a%!(EXTRA int=1, string=b, <nil>)');
    expect(print('%d', 'hi')).toBe('%!d(string=hi)');
    expect(print('%z', undefined)).toBe('%!z(<nil>)');
    expect(print('%')).toBe('%!(NOVERB)');
    expect(print('%[3]d', int(1))).toBe('%!d(BADINDEX)');
    expect(print('%*d %.*d', 'x', int(1), 'x', int(2))).toBe('%!(BADWIDTH)1 %!(BADPREC)2');
  });

  it('take widths and precisions from arguments, in any order', () => {
    expect(print('%[3]*.[2]*[1]f|', 12.3456, int(2), int(8))).toBe('   12.35|');
    expect(print('%*d|', int(-5), int(1))).toBe('1    |');
  });

  it('charge for a width before there is one', () => {
    expect(() => sprintf('%1000000d', [int(1)], meter(1000))).toThrow(LimitError);
    expect(() => sprintf('%.1000000f', [1], meter(1000))).toThrow(LimitError);
    expect(() => sprintf('%1000000v', [list(Array.from({ length: 1000 }, () => 'a'))], meter(1e8))).toThrow(LimitError);
  });
});

describe('values', () => {
  it('print as Go prints them', () => {
    const value = dict([['b', list([int(1), 'x', undefined, true, 1e6])], ['a', stringMap([['k', 'v']])]]);
    expect(formatValue(value, meter())).toBe('map[a:map[k:v] b:[1 x <nil> true 1e+06]]');
    expect(print('%#v', value)).toBe('map[string]interface {}{"a":map[string]string{"k":"v"}, "b":[]interface {}{1, "x", interface {}(nil), true, 1e+06}}');
  });

  it('that are nil slices or maps show it in Go syntax only', () => {
    const slice = new Slice(sliceOf(stringType), [], true);
    expect(print('%v %#v %p', slice, slice, slice)).toBe('[] []string(nil) 0x0');
    const map = new GoMap(dict().type, new Map(), true);
    expect(print('%v %#v', map, map)).toBe('map[] map[string]interface {}(nil)');
  });

  it('that are bytes print as numbers or as text', () => {
    const bytes = new Slice(sliceOf(intTypes.uint8), [new Int(intTypes.uint8, 104n), new Int(intTypes.uint8, 105n)]);
    expect(print('%v %s %x %q %#v %T', bytes, bytes, bytes, bytes, bytes, bytes)).toBe('[104 105] hi 6869 "hi" []byte{0x68, 0x69} []uint8');
  });

  it('with a String method print by it, save as numbers, in Go syntax and where the verb is wrong', () => {
    expect(print('%v %s %q %d %#v %t', duration, duration, duration, duration, duration, duration)).toBe('5s 5s "5s" 5000000000 5000000000 %!t(time.Duration=5000000000)');
    expect(print('%v', list([duration]))).toBe('[5s]');
  });

  it('with a GoString method print by it in Go syntax', () => {
    expect(print('%#v %v', new Int({ ...durationType, goSyntax: () => 'five' }, 5n), duration)).toBe('five 5s');
  });

  it('that are structs print their fields, those that are not exported last and without their methods', () => {
    const struct = new Struct({ kind: 'struct', name: 'point.Point' }, fields, new Map([['wait', duration]]));
    expect(print('%v %+v %#v', struct, struct, struct)).toBe('{1 a 5000000000} {X:1 Name:a wait:5000000000} point.Point{X:1, Name:"a", wait:5000000000}');
  });

  it('that are pointers print what they point to, and an address within others', () => {
    const struct = new Struct(pointer, fields);
    expect(print('%v %+v %#v', struct, struct, struct)).toBe('&{1 a} &{X:1 Name:a} &point.Point{X:1, Name:"a"}');
    expect(print('%v %#v', list([struct]), list([struct]))).toBe('[0xc000000000] []interface {}{(*point.Point)(0xc000000000)}');
    expect(print('%p %t %d', struct, list([struct]), struct)).toBe('0xc000000000 [%!t(*point.Point=&{1 a})] &{1 %!d(string=a)}');
  });

  it('that are functions print as an address', () => {
    const func = new Func({ kind: 'func', name: 'func() int' }, { params: [], call: () => undefined });
    expect(print('%v %T %s %p', func, func, func, func)).toBe('0xc000000000 func() int %!s(func() int=0xc000000000) 0xc000000000');
  });

  it('that hold themselves end the render', () => {
    const map = dict();
    map.entries.set('self', map);
    expect(() => formatValue(map, meter())).toThrow(LimitError);
    expect(() => print('%#v', list([map]))).toThrow(LimitError);
  });

  it('that share their parts are charged as often as these are printed', () => {
    let value = list(['x']);
    for (let level = 0; level < 60; level += 1) value = list([value, value]);
    expect(() => formatValue(value, meter(1e5))).toThrow(LimitError);
  });
});

describe('sprint', () => {
  it('puts spaces between operands neither of which is a string', () => {
    expect(sprint([int(1), int(2), 'a', int(3), undefined, undefined, 'b', 'c'], meter())).toBe('1 2a3 <nil> <nil>bc');
    expect(sprint([], meter())).toBe('');
  });

  it('is with spaces between all and a new line as sprintln', () => {
    expect(sprintln(['a', 'b', int(1)], meter())).toBe('a b 1\n');
    expect(sprintln([], meter())).toBe('\n');
  });
});
