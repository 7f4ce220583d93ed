import { decodeJsonLeniently } from '../../../../template/json/decode-json.ts';
import { encodeJson } from '../../../../template/json/encode-json.ts';
import { FunctionError } from '../../../../template/template-error.ts';
import type { FunctionMap } from '../../../../template/value/go-function.ts';
import { any, dictionary, meteredFunction, text } from '../../../../template/value/go-function.ts';
import { dict, list } from '../../../../template/value/go-type.ts';
import type { Meter, Value } from '../../../../template/value/value.ts';
import { GoMap, Slice } from '../../../../template/value/value.ts';
import { listResult } from './list-result.ts';

/** Helm's functions for JSON; the others are sprig's. */
export const jsonFunctions: FunctionMap = new Map([
  ['toJson', meteredFunction([any], text, ({ meter }, value) => toJson(value, meter))],
  ['mustToJson', meteredFunction([any], text, ({ meter }, value) => encodeJson(value, {}, meter))],
  ['fromJson', meteredFunction([text], dictionary, ({ meter }, json) => fromJson(json, meter))],
  ['fromJsonArray', meteredFunction([text], listResult, ({ meter }, json) => fromJsonArray(json, meter))],
]);

/** Answers an empty string for what JSON cannot say. */
function toJson(value: Value, meter: Meter): string {
  try {
    return encodeJson(value, {}, meter);
  } catch (error) {
    if (error instanceof FunctionError) return '';
    throw error;
  }
}

/** Answers what is wrong under the key `Error`, beside what could be read. */
function fromJson(json: string, meter: Meter): GoMap {
  const { value, problem } = decodeJsonLeniently(json, meter);
  const map = value instanceof GoMap ? value : dict();
  const error = problem?.revealDetail() ?? mismatch(value, GoMap, 'map[string]interface {}');
  if (error !== undefined) map.entries.set('Error', error);
  // `null` leaves no map at all; writing to it is for whoever asks
  return value === undefined && problem === undefined ? new GoMap(map.type, new Map(), true) : map;
}

/** Answers what is wrong as the only item. */
function fromJsonArray(json: string, meter: Meter): Slice {
  const { value, problem } = decodeJsonLeniently(json, meter);
  const error = problem?.revealDetail() ?? mismatch(value, Slice, '[]interface {}');
  if (error !== undefined) return list([error]);
  return value instanceof Slice ? value : new Slice(list([]).type, [], true);
}

function mismatch(value: Value, wanted: typeof GoMap | typeof Slice, type: string): string | undefined {
  if (value === undefined || value instanceof wanted) return undefined;
  const kind = typeof value === 'boolean' ? 'bool' : value instanceof GoMap ? 'object' : value instanceof Slice ? 'array' : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type ${type}`;
}
