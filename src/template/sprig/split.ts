import { runeAt } from '../value/byte-string.ts';
import { indexOfBytes } from '../value/index-of-bytes.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, int, listOf, meteredFunction, text } from '../value/go-function.ts';
import { stringMap, strings, stringType, sliceOf } from '../value/go-type.ts';
import type { CallContext, GoMap, Value } from '../value/value.ts';
import { Slice } from '../value/value.ts';
import { strslice, strval } from './strval.ts';

const stringSlice = sliceOf(stringType);

/** Functions between strings and lists of strings. */
export const split: FunctionMap = new Map([
  ['split', meteredFunction([text, text], any, (context, separator, value) => numbered(splitText(context, value, separator)))],
  ['splitn', meteredFunction([text, int, text], any, (context, separator, limit, value) => numbered(splitText(context, value, separator, limit)))],
  ['splitList', meteredFunction([text, text], listOf(text), (context, separator, value) => splitText(context, value, separator))],
  ['join', meteredFunction([text, any], text, join)],
  ['toStrings', meteredFunction([any], any, toStrings)],
  ['sortAlpha', meteredFunction([any], any, sortAlpha)],
]);

/** Go's strings.SplitN: into at most `limit` parts, without limit where it is negative; at every rune where the separator is empty. */
function splitText(context: CallContext, value: string, separator: string, limit = -1): string[] {
  const parts: string[] = [];
  if (limit === 0 || (value === '' && separator === '')) return parts;
  let start = 0;
  while (parts.length + 1 !== limit) {
    const end = separator === '' ? start + runeAt(value, start).size : indexOfBytes(value, separator, start, context.meter);
    // the rest is the last part
    if (end < 0 || (separator === '' && end >= value.length)) break;
    context.meter.step(0.1);
    context.meter.allocate(32);
    parts.push(value.slice(start, end));
    start = end + separator.length;
  }
  parts.push(value.slice(start));
  return parts;
}

/** `_0`, `_1` and so on, so that templates can name them. */
function numbered(parts: readonly string[]): GoMap {
  return stringMap(parts.map((part, index) => [`_${index}`, part]));
}

function join(context: CallContext, separator: string, value: Value): string {
  const parts = strslice(context, value);
  context.meter.allocate(parts.reduce((size, part) => size + part.length + separator.length, 0));
  return parts.join(separator);
}

/** A list of strings is itself, so that sortAlpha sorts the very list that a template holds. */
function toStrings(context: CallContext, value: Value): Slice {
  return value instanceof Slice && value.type === stringSlice ? value : strings(strslice(context, value));
}

function sortAlpha(context: CallContext, value: Value): Slice {
  if (!(value instanceof Slice)) return strings([strval(context, value)]);
  const list = toStrings(context, value);
  const texts = list.items.filter((item) => typeof item === 'string');
  // comparing may look at all of both strings
  context.meter.step((texts.reduce((size, item) => size + item.length + 10, 0) * Math.log2(texts.length + 1)) / 100);
  texts.toSorted().forEach((item, index) => {
    list.items[index] = item;
  });
  return list;
}
