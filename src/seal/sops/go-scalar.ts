import { formatTime, rfc3339Nano } from '../../template/time/format-time.ts';
import { Moment } from '../../template/time/moment.ts';
import { readTime } from '../../template/time/parse-time.ts';
import { boolValue, floatValue, type SopsValue, textValue, typedValue } from './sops-value.ts';

/** Words that are no text to go-yaml v3. `yes`, `no`, `on` and `off` are text there, unlike in the Kubernetes tools. */
const words: ReadonlyMap<string, SopsValue | null> = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, boolValue(true)] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, boolValue(false)] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, floatValue(Number.NaN)] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, floatValue(Number.POSITIVE_INFINITY)] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, floatValue(Number.NEGATIVE_INFINITY)] as const),
]);

const integer = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
/** Digits of any number of 64 bits, in base 2 and with what stands before them. */
const mostDigits = 80;
const timestamps = ['2006-1-2T15:4:5.999999999Z07:00', '2006-1-2t15:4:5.999999999Z07:00', '2006-1-2 15:4:5.999999999', '2006-1-2'];

/**
 * What an unquoted scalar of YAML is to go-yaml v3, which SOPS reads files with: `0777` and `0o777` are 511, `1_000` is 1000, dates are
 * times. It matters for values that are not encrypted, because the MAC is over what was read.
 * @returns undefined for an integer beyond 64 bits, which SOPS does not take
 */
export function goYamlScalar(text: string): SopsValue | null | undefined {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.startsWith('.')) return float.test(text) && Number.isFinite(Number(text)) ? floatValue(Number(text)) : textValue(text);
  if (!/^[-+0-9]/.test(text)) return textValue(text);
  const time = goTime(text);
  if (time !== undefined) return typedValue('time', time);
  const plain = text.replaceAll('_', '');
  const whole = integerOf(plain);
  if (whole !== undefined) return BigInt.asIntN(64, whole) === whole ? typedValue('int', whole.toString()) : undefined;
  return float.test(plain) && Number.isFinite(Number(plain)) ? floatValue(Number(plain)) : textValue(text);
}

/** Integers of up to 64 bits, signed or not; larger ones are tried as floats. */
function integerOf(text: string): bigint | undefined {
  const match = text.length > mostDigits ? null : integer.exec(text);
  if (match === null) return undefined;
  const octal = /^0[oO]?([0-7]+)$/.exec(match[2] ?? '');
  const size = BigInt(octal === null ? (match[2] ?? '').toLowerCase() : `0o${octal[1]}`);
  if (size >= 1n << 64n || (match[1] !== '' && size > 1n << 63n)) return undefined;
  return match[1] === '-' ? -size : size;
}

function goTime(text: string): string | undefined {
  if (!/^[0-9]{4}-/.test(text)) return undefined;
  for (const layout of timestamps) {
    const time = readTime(layout, text);
    if (time instanceof Moment) return formatTime(time, rfc3339Nano);
  }
  return undefined;
}

/** What an unquoted scalar of JSON is to SOPS; undefined where it is none of JSON's. */
export function jsonScalar(text: string): SopsValue | null | undefined {
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return boolValue(text === 'true');
  if (!/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(text)) return undefined;
  if (/^-?[0-9]{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return typedValue('int', BigInt(text).toString());
  return Number.isFinite(Number(text)) ? floatValue(Number(text)) : undefined;
}
