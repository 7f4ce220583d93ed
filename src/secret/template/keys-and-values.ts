import { SecretBytes } from '../../lib/secret-bytes.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { decodeStringMap } from '../../template/yaml/decode-string-map.ts';

/** Reads a rendered text as YAML of keys and values; the message where it is none, which quotes no value. */
export function readKeysAndValues(text: SecretBytes): ReadonlyMap<string, SecretBytes> | string {
  try {
    return new Map([...decodeStringMap(text.reveal())].map(([key, value]) => [key, SecretBytes.fromUtf8(value)]));
  } catch (error) {
    if (error instanceof YamlError) return `the rendered text is not valid YAML: ${error.problem} (line ${error.line})`;
    throw error;
  }
}
