import type { SecretBytes } from '../../lib/secret-bytes.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { parseYaml } from '../../lib/yaml.ts';

/** A rendered text is read in place, where others wait. */
const limits = { bytes: 1 << 20, documents: 1, depth: 64, aliasedNodes: 1_000 };

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
 * of many lines is not folded, as YAML would have it: keys and certificates have line breaks.
 */
export function readLeaf(text: string): unknown {
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
