import { SecretBytes } from '../../lib/secret-bytes.ts';
import { formatFloat } from '../../template/format/float.ts';

/** What a value is to SOPS, which is written in Go. */
export const sopsTypes = ['str', 'int', 'float', 'bool', 'bytes', 'time', 'comment'] as const;
export type SopsType = (typeof sopsTypes)[number];

/** A typed value. Its bytes are those that SOPS encrypts and puts into the MAC: `True`, `1234`, a time as RFC 3339. */
export interface SopsValue {
  readonly type: SopsType;
  readonly bytes: SecretBytes;
}

export function textValue(text: string): SopsValue {
  return { type: 'str', bytes: SecretBytes.fromUtf8(text) };
}

export function typedValue(type: Exclude<SopsType, 'str' | 'bytes'>, text: string): SopsValue {
  return { type, bytes: SecretBytes.fromUtf8(text) };
}

export function floatValue(value: number): SopsValue {
  return typedValue('float', formatFloat(value, 'f'));
}

export function boolValue(value: boolean): SopsValue {
  return typedValue('bool', value ? 'True' : 'False');
}

/** Go's words for a boolean: strconv.ParseBool. */
const booleans = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const),
]);

const float = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The value that decrypted bytes of a type are, in the one form that the MAC knows; undefined where they are none of it. */
export function valueOf(type: SopsType, bytes: Uint8Array): SopsValue | undefined {
  if (type === 'str' || type === 'bytes' || type === 'comment') return { type, bytes: new SecretBytes(bytes) };
  const text = Buffer.from(bytes).toString('latin1');
  if (type === 'bool') {
    const value = booleans.get(text);
    return value === undefined ? undefined : boolValue(value);
  }
  if (type === 'int') return /^[+-]?\d{1,19}$/.test(text) ? typedValue('int', BigInt(text.replace('+', '')).toString()) : undefined;
  if (type === 'float') return floatOf(text);
  return /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? typedValue('time', text) : undefined;
}

function floatOf(text: string): SopsValue | undefined {
  const words: Readonly<Record<string, number>> = { NaN: Number.NaN, '+Inf': Number.POSITIVE_INFINITY, '-Inf': Number.NEGATIVE_INFINITY };
  const value = Object.hasOwn(words, text) ? words[text] : text.length < 400 && float.test(text) ? Number(text) : undefined;
  return value === undefined ? undefined : floatValue(value);
}
