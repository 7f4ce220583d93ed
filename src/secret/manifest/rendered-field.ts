import type { SecretBytes } from '../../lib/secret-bytes.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { parseYaml } from '../../lib/yaml.ts';

/** A rendered text is read in place, where others wait. */
const limits = { bytes: 256 * 1024, documents: 1, depth: 64, aliasedNodes: 1_000 };

/** The most, in bytes, that is looked at as YAML where it is one value of many: what is longer is hardly anything but a text. */
const longestLeaf = 64 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a value; undefined where it is not UTF-8. */
export function textOf(value: SecretBytes): string | undefined {
  try {
    return utf8.decode(value.reveal());
  } catch {
    return undefined;
  }
}

/**
 * What a rendered text of a whole field says as YAML: a map, a list, or a scalar. Undefined where there is nothing in it.
 * @throws YamlError, which quotes nothing
 */
export function readField(text: string): unknown {
  return parseYaml(text, limits)[0]?.value;
}

/**
 * What a rendered text of one value says: a number, a boolean, a list or a map where it is one as YAML, and else the text itself. A text
 * of many lines is not folded, as YAML would have it: keys and certificates have line breaks. Nor is one of more than
 * 64 KiB looked at: it is taken as it stands.
 */
export function readLeaf(text: string): unknown {
  if (Buffer.byteLength(text) > longestLeaf) return text;
  let value: unknown;
  try {
    value = readField(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return text;
  }
  if (value === undefined) return text;
  const isWritten = typeof value !== 'string' || /^["'|>]/.test(text.trimStart());
  return isWritten || !text.trim().includes('\n') ? value : text;
}
