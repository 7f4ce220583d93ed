import { Moment } from '../time/moment.ts';
import { readTime } from '../time/parse-time.ts';

/** What an unquoted scalar means to go-yaml. Integers have up to 64 bits, signed or not. Timestamps are kept as their text. */
export type PlainValue = string | bigint | number | boolean | null;

const words: ReadonlyMap<string, PlainValue> = new Map<string, PlainValue>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const integer = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[0-7]*|0[bB][01]+|[1-9][0-9]*)$/;
/** go-yaml takes a sign after `0b`, too. */
const signedBinary = /^0b([+-])([01]+)$/;
const float = /^[+-]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][+-]?[0-9]+)?$/;
/** Fewer characters than any number of 64 bits; longer ones are decided by `float`. */
const mostDigits = 80;

/** Resolves an unquoted scalar as go-yaml v2 does, on which all Kubernetes tools rest: by YAML 1.1, with exceptions. */
export function resolveScalar(text: string): PlainValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charAt(0);
  if (first === '.') return float.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
  if (!/^[+\-0-9]/.test(first)) return text;
  const plain = text.replaceAll('_', '');
  const whole = resolveInteger(plain);
  if (whole !== undefined) return whole;
  return float.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : text;
}

function resolveInteger(text: string): bigint | undefined {
  if (text.length > mostDigits) return resolveInteger(withoutZeros(text));
  const [, sign = '', digits] = integer.exec(text) ?? [];
  if (digits !== undefined) return inRange(sign, BigInt(/^0[0-7]/.test(digits) ? `0o${digits}` : digits.toLowerCase()));
  const [, inner = '', bits] = signedBinary.exec(text) ?? [];
  return bits === undefined ? undefined : inRange(inner, BigInt(`0b${bits}`));
}

/** Zeros that change nothing are dropped from a number that is too long to be one otherwise. */
function withoutZeros(text: string): string {
  const shorter = text.replace(/^([+-]?)(0[xX]|0[bB]|0[oO]|0)0+/, '$1$2');
  return shorter.length > mostDigits ? '' : shorter;
}

/** Signed numbers have 63 bits, those without a sign 64. */
function inRange(sign: string, size: bigint): bigint | undefined {
  if (sign === '-') return size <= 2n ** 63n ? -size : undefined;
  return size < 2n ** (sign === '+' ? 63n : 64n) ? size : undefined;
}

const timestampLayouts = ['2006-1-2T15:4:5.999999999Z07:00', '2006-1-2t15:4:5.999999999Z07:00', '2006-1-2 15:4:5.999999999', '2006-1-2'];

/** Whether go-yaml takes an unquoted scalar for a time; it is a string nonetheless, but printed with quotes. */
export function isTimestamp(text: string): boolean {
  return /^[0-9]{4}-/.test(text) && timestampLayouts.some((layout) => readTime(layout, text) instanceof Moment);
}
