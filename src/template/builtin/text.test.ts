import { expect, test } from 'vitest';
import { fromText, toText } from '../value/byte-string.ts';
import { int, list } from '../value/go-type.ts';
import type { CallContext, Value } from '../value/value.ts';
import { Struct } from '../value/value.ts';
import { textFunctions } from './text.ts';

const context: CallContext = { meter: { step: () => undefined, allocate: () => undefined }, now: () => 0n, random: (size) => new Uint8Array(size) };

function call(name: string, ...args: readonly Value[]): string {
  const result = textFunctions.get(name)?.call(args, context);
  return typeof result === 'string' ? toText(result) : `${name} answered no string`;
}

test('print, println and printf are those of fmt', () => {
  expect(call('print', int(1), int(2), 'a')).toBe('1 2a');
  expect(call('println', int(1), 'a')).toBe('1 a\n');
  expect(call('printf', '%s=%03d', 'a', int(7))).toBe('a=007');
});

test('html escapes what has a meaning in HTML', () => {
  expect(call('html', `<a href="x">'&'\0</a>`)).toBe('&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;\ufffd&lt;/a&gt;');
});

test('js escapes what has a meaning in a script, and what cannot be seen', () => {
  expect(call('js', fromText(`a'"\\<>&=\n\u0000é\u2028\u{e0001}`))).toBe(String.raw`a\'\"\\\u003C\u003E\u0026\u003D\u000A\u0000é\u2028\uE0001`);
});

test('js leaves bytes that are not UTF-8', () => {
  expect(textFunctions.get('js')?.call(['a\xff<'], context)).toBe('a\xff\\u003C');
});

test('urlquery escapes all bytes but those that need none', () => {
  expect(call('urlquery', fromText('a b&c=d/é~._-*'))).toBe('a+b%26c%3Dd%2F%C3%A9~._-%2A');
});

test('what is escaped is printed first, as an action prints it', () => {
  expect(call('html', undefined)).toBe('&lt;no value&gt;');
  expect(call('html', int(1), int(2), '<')).toBe('1 2&lt;');
  expect(call('urlquery', list(['a', 'b']))).toBe('%5Ba+b%5D');
  expect(call('js', new Struct({ kind: 'struct', name: 'a.B' }, new Map([['X', '=']])))).toBe(String.raw`{\u003D}`);
});
