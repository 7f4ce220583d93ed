import { quote } from '../format/quote.ts';
import { formatValue } from '../format/format-value.ts';
import { FunctionError } from '../template-error.ts';
import { runeAt } from '../value/byte-string.ts';
import { indexOfBytes } from '../value/index-of-bytes.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, bool, goFunction, int, meteredFunction, rest, text } from '../value/go-function.ts';
import type { CallContext, Value } from '../value/value.ts';
import { strval } from './strval.ts';

/** Functions on whole texts: tests, repetition, replacement, indentation, quotes. */
export const wholeText: FunctionMap = new Map([
  ['hello', goFunction([], text, () => 'Hello!')],
  ['contains', meteredFunction([text, text], bool, ({ meter }, part, value) => indexOfBytes(value, part, 0, meter) >= 0)],
  ['hasPrefix', goFunction([text, text], bool, (prefix, value) => value.startsWith(prefix))],
  ['hasSuffix', goFunction([text, text], bool, (suffix, value) => value.endsWith(suffix))],
  ['repeat', meteredFunction([int, text], text, repeat)],
  ['replace', meteredFunction([text, text, text], text, (context, old, replacement, value) => replaceAll(context, value, old, replacement))],
  ['indent', meteredFunction([int, text], text, indent)],
  ['nindent', meteredFunction([int, text], text, (context, spaces, value) => `\n${indent(context, spaces, value)}`)],
  ['plural', goFunction([text, text, int], text, (one, many, count) => (count === 1 ? one : many))],
  ['quote', joining((context, value) => quote(strval(context, value), context.meter))],
  ['squote', joining((context, value) => `'${formatValue(value, context.meter)}'`)],
  ['cat', joining((context, value) => formatValue(value, context.meter))],
  ['toString', meteredFunction([any], text, strval)],
]);

/** A function that writes each of its arguments, save nil, and puts spaces between them. */
function joining(write: (context: CallContext, value: Value) => string) {
  return meteredFunction([rest(any)], text, (context, values) => {
    const written: string[] = [];
    for (const value of values) {
      if (value === undefined) continue;
      const part = write(context, value);
      context.meter.allocate(part.length + 16);
      written.push(part);
    }
    return written.join(' ');
  });
}

/** @throws FunctionError where the count is negative */
function repeat(context: CallContext, count: number, value: string): string {
  if (count < 0) throw new FunctionError('the count is negative', 'strings: negative Repeat count');
  context.meter.allocate(count * value.length);
  return value.repeat(value === '' ? 0 : count);
}

/** Go's strings.ReplaceAll; an empty string is found before every rune and at the end. */
function replaceAll(context: CallContext, value: string, old: string, replacement: string): string {
  if (old === '') return interleave(context, value, replacement);
  const parts: string[] = [];
  let start = 0;
  for (let found = indexOfBytes(value, old, 0, context.meter); found >= 0; found = indexOfBytes(value, old, start, context.meter)) {
    context.meter.allocate(found - start + replacement.length + 16);
    parts.push(value.slice(start, found), replacement);
    start = found + old.length;
  }
  if (start === 0) return value;
  parts.push(value.slice(start));
  return parts.join('');
}

function interleave(context: CallContext, value: string, replacement: string): string {
  const parts = [replacement];
  for (let index = 0; index < value.length; ) {
    context.meter.allocate(replacement.length + 16);
    const { size } = runeAt(value, index);
    parts.push(value.slice(index, index + size), replacement);
    index += size;
  }
  return parts.join('');
}

/** Spaces at the beginning of every line. */
function indent(context: CallContext, spaces: number, value: string): string {
  const pad = repeat(context, spaces, ' ');
  return pad + replaceAll(context, value, '\n', `\n${pad}`);
}
