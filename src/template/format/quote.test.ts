import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromText, isAscii } from '../value/byte-string.ts';
import { canBackquote, quote, quoteRune, quoteRuneToAscii, quoteToAscii } from './quote.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString('latin1'));

test('what can be seen stands in quotes as it is', () => {
  expect(quote(fromText('aé世😀'))).toBe(fromText('"aé世😀"'));
  expect(quote("it's")).toBe(`"it's"`);
});

test('quotes, backslashes and control characters are escaped', () => {
  expect(quote('a"b\\c\n\t\r\u0000\u007f')).toBe(String.raw`"a\"b\\c\n\t\r\x00\x7f"`);
  expect(quote('\u0007\b\f\v')).toBe(String.raw`"\a\b\f\v"`);
});

test('runes that cannot be seen are escaped by their number, and bytes that are not UTF-8 each by itself', () => {
  expect(quote(fromText('\u200b\ufeff\u{e0001}\u00a0'))).toBe(String.raw`"\u200b\ufeff\U000e0001\u00a0"`);
  expect(quote('a\xff\xc3')).toBe(String.raw`"a\xff\xc3"`);
});

test('U+FFFD that is in the text stands as it is', () => {
  expect(quote(fromText('\ufffd'))).toBe(fromText('"\ufffd"'));
});

test('quoteToAscii answers ASCII, whatever the bytes', () => {
  expect(quoteToAscii(fromText('é世😀'))).toBe(String.raw`"\u00e9\u4e16\U0001f600"`);
  fc.assert(fc.property(bytes, (text) => isAscii(quoteToAscii(text))));
});

test('a quoted text of valid escapes reads as what it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      expect(JSON.parse(quote(text).replaceAll(/\\(\\|x(..))/g, (escape: string, _: string, byte?: string) => (byte === undefined ? escape : String.raw`\u00${byte}`)))).toBe(text);
    }),
    { examples: [[String.raw`\x41`]] },
  );
});

test('runes are quoted by apostrophes, and U+FFFD stands for what is no rune', () => {
  expect(quoteRune(0x27)).toBe(String.raw`'\''`);
  expect(quoteRune(0x22)).toBe(`'"'`);
  expect(quoteRune(0xd800)).toBe(fromText(`'\ufffd'`));
  expect(quoteRuneToAscii(0x4e16)).toBe(String.raw`'\u4e16'`);
});

test('backquotes take one line of valid UTF-8 without backquotes', () => {
  expect(['', 'a\tb"\\', fromText('世\ufffd')].map(canBackquote)).toEqual([true, true, true]);
  expect(['`', '\n', '\u007f', '\xff', fromText('\ufeff')].map(canBackquote)).toEqual([false, false, false, false, false]);
});
