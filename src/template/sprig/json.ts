import { decodeJson, decodeJsonLeniently } from '../json/decode-json.ts';
import { encodeJson } from '../json/encode-json.ts';
import type { JsonOptions } from '../json/encode-json.ts';
import { FunctionError } from '../template-error.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, meteredFunction, text } from '../value/go-function.ts';
import type { GoFunction, Meter, Value } from '../value/value.ts';

function encoder(options: JsonOptions): GoFunction {
  return meteredFunction([any], text, ({ meter }, value) => encodeJson(value, options, meter));
}

/** Answers an empty string for what JSON cannot say. */
function lenientEncoder(options: JsonOptions): GoFunction {
  return meteredFunction([any], text, ({ meter }, value) => encodeOrNothing(value, options, meter));
}

function encodeOrNothing(value: Value, options: JsonOptions, meter: Meter): string {
  try {
    return encodeJson(value, options, meter);
  } catch (error) {
    if (error instanceof FunctionError) return '';
    throw error;
  }
}

const pretty: JsonOptions = { indent: '  ' };
const raw: JsonOptions = { escapeHtml: false };

/** sprig's functions for JSON. */
export const json: FunctionMap = new Map([
  ['toJson', lenientEncoder({})],
  ['mustToJson', encoder({})],
  ['toPrettyJson', lenientEncoder(pretty)],
  ['mustToPrettyJson', encoder(pretty)],
  // sprig panics with the error here
  ['toRawJson', encoder(raw)],
  ['mustToRawJson', encoder(raw)],
  ['fromJson', meteredFunction([text], any, ({ meter }, json) => decodeJsonLeniently(json, meter).value)],
  ['mustFromJson', meteredFunction([text], any, ({ meter }, json) => decodeJson(json, meter))],
]);
