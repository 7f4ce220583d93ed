import type { FunctionMap } from '../../../../template/value/go-function.ts';
import { any, dictionary, meteredFunction, text } from '../../../../template/value/go-function.ts';
import { list } from '../../../../template/value/go-type.ts';
import type { Meter, Slice } from '../../../../template/value/value.ts';
import { GoMap as MapClass, Slice as SliceClass } from '../../../../template/value/value.ts';
import { decodeYaml } from '../../../../template/yaml/decode-yaml.ts';
import { encodeYaml } from '../../../../template/yaml/encode-yaml.ts';
import { fromYaml, orNothing, problemOf, toYaml, withoutEnd } from '../../../../template/yaml/yaml-functions.ts';
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
