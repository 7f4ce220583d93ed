import { FunctionError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import { dict } from '../value/go-type.ts';
import type { GoMap, Meter, Value } from '../value/value.ts';
import { decodeYamlMap } from './decode-yaml.ts';
import { encodeYaml } from './encode-yaml.ts';
import { GoYamlError } from './read/go-yaml-error.ts';

/** `toYaml` of Helm, and of External Secrets: an empty string for what YAML cannot say. */
export function toYaml(value: Value, meter: Meter): string {
  return orNothing(() => withoutEnd(encodeYaml(value, meter)));
}

/** YAML as functions give it back: without its last line's end. */
export function withoutEnd(yaml: string): string {
  return yaml.replace(/\n$/, '');
}

/** What was encoded, or an empty string for what cannot be. */
export function orNothing(encode: () => string): string {
  try {
    return encode();
  } catch (error) {
    if (error instanceof FunctionError) return '';
    throw error;
  }
}

/** `fromYaml` of both: it answers what is wrong under the key `Error`, in Go's words. */
export function fromYaml(yaml: string, meter: Meter): GoMap {
  try {
    return decodeYamlMap(yaml, meter);
  } catch (error) {
    return dict([['Error', problemOf(error)]]);
  }
}

/** What is wrong with a YAML text, in Go's words. @throws what is no error of YAML */
export function problemOf(error: unknown): string {
  if (!(error instanceof GoYamlError)) throw error;
  const isConverted = error.goMessage.startsWith('error unmarshaling');
  return fromText(isConverted ? error.goMessage : `error converting YAML to JSON: ${error.goMessage}`);
}
