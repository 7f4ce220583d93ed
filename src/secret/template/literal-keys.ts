import { YamlError } from '../../lib/yaml-error.ts';
import { LimitError } from '../../template/template-error.ts';
import { createMeter } from '../../template/worker/limits.ts';
import { decodeStringMap } from '../../template/yaml/decode-string-map.ts';

/** A fraction of a second's work. The text is read in place, where others wait; its keys are not worth more. */
const limits = { steps: 200_000, allocatedBytes: 8 * 1024 * 1024 };

/** The keys that a text of keys and values has as YAML; undefined where it is none, or takes too much to read. */
export function literalKeys(literal: string): readonly string[] | undefined {
  try {
    return [...decodeStringMap(Buffer.from(literal, 'utf8'), createMeter(limits)).keys()];
  } catch (error) {
    if (error instanceof YamlError || error instanceof LimitError) return undefined;
    throw error;
  }
}
