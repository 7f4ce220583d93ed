import { fromText } from '../../../src/template/value/byte-string.ts';
import { dict, int, int64, list, stringMap, strings } from '../../../src/template/value/go-type.ts';
import type { Value } from '../../../src/template/value/value.ts';
import type { OracleData } from './corpus.ts';

/** A template's data as the oracle's `typed` makes them of the same JSON. */
export function decodeData(data: OracleData | undefined): Value {
  if (data === undefined || data === null) return undefined;
  if (typeof data === 'string') return fromText(data);
  // JSON has no negative zero
  if (typeof data === 'number') return data === 0 ? 0 : data;
  if (typeof data === 'boolean') return data;
  if (isList(data)) return list(data.map((item) => decodeData(item)));
  const entries = Object.entries(data);
  const [first] = entries;
  if (entries.length === 1 && first?.[0].startsWith('$') === true) return decodeTagged(...first);
  return dict(entries.map(([key, value]) => [fromText(key), decodeData(value)]));
}

function decodeTagged(tag: string, data: OracleData): Value {
  if (tag === '$bytes' && typeof data === 'string') return Buffer.from(data, 'base64').toString('latin1');
  if (tag === '$int' && typeof data === 'string') return int(BigInt(data));
  if (tag === '$int64' && typeof data === 'string') return int64(BigInt(data));
  if (tag === '$list' && isList(data)) return strings(data.map((item) => text(decodeData(item))));
  if (tag === '$strings' && typeof data === 'object' && data !== null && !isList(data)) {
    return stringMap(Object.entries(data).map(([key, value]) => [fromText(key), text(decodeData(value))]));
  }
  throw new Error(`unknown tag ${tag}`);
}

function text(value: Value): string {
  if (typeof value !== 'string') throw new TypeError('a string is wanted here');
  return value;
}

function isList(data: OracleData): data is readonly OracleData[] {
  return Array.isArray(data);
}
