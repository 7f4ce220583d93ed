import type { FunctionMap } from '../value/go-function.ts';
import { goFunction, meteredFunction, text } from '../value/go-function.ts';
import { fromRune, fromText, runeAt, runeBefore, runes } from '../value/byte-string.ts';
import { isSpace } from '../value/rune-class.ts';
import { TextBuilder } from '../value/text-builder.ts';
import type { CallContext } from '../value/value.ts';

const trimSet = meteredFunction([text, text], text, (context, cutset, value) => trimRunes(context, value, cutset));

/** Functions that take away what is at the ends of a string, or between its words. */
export const trim: FunctionMap = new Map([
  ['trim', goFunction([text], text, trimSpace)],
  ['trimall', trimSet],
  ['trimAll', trimSet],
  ['trimPrefix', goFunction([text, text], text, (prefix, value) => (value.startsWith(prefix) ? value.slice(prefix.length) : value))],
  ['trimSuffix', goFunction([text, text], text, (suffix, value) => (value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value))],
  ['nospace', meteredFunction([text], text, withoutSpace)],
  ['initials', meteredFunction([text], text, initials)],
]);

/** Go's strings.TrimSpace. */
export function trimSpace(value: string): string {
  return trimWhere(value, isSpace);
}

function trimRunes(context: CallContext, value: string, cutset: string): string {
  context.meter.step(cutset.length / 10);
  const cut = new Set<number>();
  for (const { rune } of runes(cutset)) {
    if (cut.has(rune)) continue;
    context.meter.allocate(16);
    cut.add(rune);
  }
  return trimWhere(value, (rune) => cut.has(rune));
}

function trimWhere(value: string, isCut: (rune: number) => boolean): string {
  let start = 0;
  while (start < value.length) {
    const { rune, size } = runeAt(value, start);
    if (!isCut(rune)) break;
    start += size;
  }
  let end = value.length;
  while (end > start) {
    const { rune, size } = runeBefore(value, end, start);
    if (!isCut(rune)) break;
    end -= size;
  }
  return value.slice(start, end);
}

/** Works on bytes, each taken for a rune, so text beyond ASCII is encoded a second time as soon as there is a space to remove. */
function withoutSpace(context: CallContext, value: string): string {
  context.meter.step(value.length / 50);
  if (!hasSpace(value)) return value;
  context.meter.allocate(value.length * 3);
  const kept = new TextBuilder();
  let start = 0;
  for (let index = 0; index <= value.length; index += 1) {
    if (index < value.length && !isSpace(value.charCodeAt(index))) continue;
    if (index > start) kept.add(value.slice(start, index));
    start = index + 1;
  }
  return fromText(kept.text());
}

function hasSpace(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) if (isSpace(value.charCodeAt(index))) return true;
  return false;
}

/** The first byte of every word, taken for a rune. */
function initials(context: CallContext, value: string): string {
  context.meter.step(value.length / 20);
  const found = new TextBuilder();
  let begins = true;
  for (let index = 0; index < value.length; index += 1) {
    const byte = value.charCodeAt(index);
    const isGap = isSpace(byte);
    if (begins && !isGap) {
      context.meter.allocate(2);
      found.add(fromRune(byte));
    }
    begins = isGap;
  }
  return found.text();
}
