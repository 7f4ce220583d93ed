import { FunctionError } from '../../../../template/template-error.ts';
import { fromText } from '../../../../template/value/byte-string.ts';
import type { FunctionMap } from '../../../../template/value/go-function.ts';
import { any, dictionary, meteredFunction, text } from '../../../../template/value/go-function.ts';
import { dict, list } from '../../../../template/value/go-type.ts';
import type { GoMap, Meter, Slice, Value } from '../../../../template/value/value.ts';
import { GoMap as MapClass, Slice as SliceClass } from '../../../../template/value/value.ts';
import { decodeYaml, decodeYamlMap } from '../../../../template/yaml/decode-yaml.ts';
import { encodeYaml } from '../../../../template/yaml/encode-yaml.ts';
import { GoYamlError } from '../../../../template/yaml/read/go-yaml-error.ts';
import { listResult } from './list-result.ts';
import { encodePrettyYaml } from './pretty-yaml.ts';

/** Helm's functions for YAML. */
export const yamlFunctions: FunctionMap = new Map([
  ['toYaml', meteredFunction([any], text, ({ meter }, value) => toYaml(value, meter))],
  ['mustToYaml', meteredFunction([any], text, ({ meter }, value) => withoutEnd(encodeYaml(value, meter)))],
  ['toYamlPretty', meteredFunction([any], text, ({ meter }, value) => orNothing(() => encodePrettyYaml(value, meter)))],
  ['fromYaml', meteredFunction([text], dictionary, ({ meter }, yaml) => fromYaml(yaml, meter))],
  ['fromYamlArray', meteredFunction([text], listResult, ({ meter }, yaml) => fromYamlArray(yaml, meter))],
]);

/** Answers an empty string for what YAML cannot say. */
export function toYaml(value: Value, meter: Meter): string {
  return orNothing(() => withoutEnd(encodeYaml(value, meter)));
}

function withoutEnd(yaml: string): string {
  return yaml.replace(/\n$/, '');
}

function orNothing(encode: () => string): string {
  try {
    return encode();
  } catch (error) {
    if (error instanceof FunctionError) return '';
    throw error;
  }
}

/** Answers what is wrong under the key `Error`, in Go's words. */
function fromYaml(yaml: string, meter: Meter): GoMap {
  try {
    return decodeYamlMap(yaml, meter);
  } catch (error) {
    return dict([['Error', problemOf(error)]]);
  }
}

/** Answers what is wrong as the only item, in Go's words. */
function fromYamlArray(yaml: string, meter: Meter): Slice {
  try {
    const value = decodeYaml(yaml, meter);
    if (value === undefined) return list([]);
    if (value instanceof SliceClass) return value;
    const kind = typeof value === 'boolean' ? 'bool' : value instanceof MapClass ? 'object' : typeof value;
    return list([`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type []interface {}`]);
  } catch (error) {
    return list([problemOf(error)]);
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof GoYamlError)) throw error;
  const isConverted = error.goMessage.startsWith('error unmarshaling');
  return fromText(isConverted ? error.goMessage : `error converting YAML to JSON: ${error.goMessage}`);
}
