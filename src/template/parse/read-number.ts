import { parseFloat64, parseInt64, parseUint64 } from '../format/parse-number.ts';
import { quote } from '../format/quote.ts';
import type { NumberNode } from './node.ts';
import { unquoteUnit } from './unquote.ts';

/** A number, or what is wrong with it. */
export type ReadNumber = Omit<NumberNode, 'kind' | 'pos'> | { readonly problem: string };

/** Reads a character constant such as `'a'`: an integer constant. */
export function readCharacter(text: string): ReadNumber {
  const unit = text.charAt(1) === "'" ? undefined : unquoteUnit(text, 1, "'");
  if (unit === undefined) return { problem: 'invalid syntax' };
  const { rune, size } = unit;
  if (1 + size !== text.length - 1) return { problem: `malformed character constant: ${text}` };
  return { text, int: BigInt(rune), uint: BigInt(rune), float: rune };
}

/**
 * Reads a number literal under each type that can hold it. Complex numbers are not supported: Kubernetes has no use for them, and
 * the one thing a template could do with one is to print it.
 */
export function readNumber(text: string): ReadNumber {
  if (text.endsWith('i')) return { problem: `complex numbers are not supported: ${text}` };
  const unsigned = parseUint64(text);
  const int = parseInt64(text);
  const uint = unsigned ?? (int === 0n ? 0n : undefined);
  const whole = int ?? uint;
  if (whole !== undefined) return { text, ...(int === undefined ? {} : { int }), ...(uint === undefined ? {} : { uint }), float: Number(whole) };

  const float = parseFloat64(text);
  if (float === undefined) return { problem: `illegal number syntax: ${quote(text)}` };
  if (!/[.eEpP]/.test(text)) return { problem: `integer overflow: ${quote(text)}` };
  const exact = Number.isInteger(float) ? BigInt(float) : undefined;
  return {
    text,
    ...(exact !== undefined && BigInt.asIntN(64, exact) === exact ? { int: exact } : {}),
    ...(exact !== undefined && BigInt.asUintN(64, exact) === exact ? { uint: exact } : {}),
    float,
  };
}
