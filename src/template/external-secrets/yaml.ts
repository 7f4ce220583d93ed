import { FunctionError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, dictionary, meteredFunction, text } from '../value/go-function.ts';
import { dict } from '../value/go-type.ts';
import type { GoMap, Meter, Value } from '../value/value.ts';
import { decodeYamlMap } from '../yaml/decode-yaml.ts';
import { encodeYaml } from '../yaml/encode-yaml.ts';
import { GoYamlError } from '../yaml/read/go-yaml-error.ts';

/** External Secrets' functions for YAML. Neither fails. */
export const yaml: FunctionMap = new Map([
  ['toYaml', meteredFunction([any], text, ({ meter }, value) => toYaml(value, meter))],
  ['fromYaml', meteredFunction([text], dictionary, ({ meter }, yaml) => fromYaml(yaml, meter))],
]);

/** Answers an empty string for what YAML cannot say. */
function toYaml(value: Value, meter: Meter): string {
  try {
    return encodeYaml(value, meter).replace(/\n$/, '');
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
    if (!(error instanceof GoYamlError)) throw error;
    const isConverted = error.goMessage.startsWith('error unmarshaling');
    return dict([['Error', fromText(isConverted ? error.goMessage : `error converting YAML to JSON: ${error.goMessage}`)]]);
  }
}
