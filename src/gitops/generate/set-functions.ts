import { sprigFunctions } from '../../template/sprig-functions.ts';
import { FunctionError } from '../../template/template-error.ts';
import { fromText, toText } from '../../template/value/byte-string.ts';
import type { Codec, FunctionMap } from '../../template/value/go-function.ts';
import { any, dictionary, goFunction, meteredFunction, rest, text } from '../../template/value/go-function.ts';
import { anyType, list, sliceOf } from '../../template/value/go-type.ts';
import { Int, Slice, type Value } from '../../template/value/value.ts';
import { decodeYaml, decodeYamlMap } from '../../template/yaml/decode-yaml.ts';
import { encodeYaml } from '../../template/yaml/encode-yaml.ts';
import { GoYamlError } from '../../template/yaml/read/go-yaml-error.ts';
import { withoutEnd } from '../../template/yaml/yaml-functions.ts';
import { normaliseName } from './path-parameters.ts';
import { slugOf } from './slug.ts';

/** A list as it is. */
const anyList: Pick<Codec<Slice>, 'write'> = { write: (value) => value };

/**
 * What templates of ApplicationSets may call: Go's builtins, sprig without what tells of the environment, and Argo CD's own functions.
 * (Source: its applicationset/utils.)
 */
export const setFunctions: FunctionMap = new Map([
  ...[...sprigFunctions].filter(([name]) => name !== 'env' && name !== 'expandenv' && name !== 'getHostByName'),
  ['normalize', goFunction([text], text, (name) => fromText(normaliseName(toText(name))))],
  ['slugify', goFunction([rest(any)], text, slugify)],
  ['toYaml', meteredFunction([any], text, ({ meter }, value) => withoutEnd(encodeYaml(value, meter)))],
  ['fromYaml', meteredFunction([text], dictionary, ({ meter }, yaml) => orFunctionError(() => decodeYamlMap(yaml, meter)))],
  ['fromYamlArray', meteredFunction([text], anyList, ({ meter }, yaml) => orFunctionError(() => toList(decodeYaml(yaml, meter))))],
]);

/** `slugify [longest] [whether to cut between words] text`. */
function slugify(args: readonly Value[]): string {
  const name = args.at(-1);
  const [longest, atWords] = [args.length > 1 ? args[0] : undefined, args.length > 2 ? args[1] : undefined];
  const isFit = typeof name === 'string' && (longest === undefined || longest instanceof Int) && (atWords === undefined || typeof atWords === 'boolean') && args.length <= 3;
  if (!isFit) throw new FunctionError('slugify takes a text, and before it a number and a boolean at the most');
  return fromText(slugOf(toText(name), { longest: longest === undefined ? 50 : Number(longest.value), atWords: atWords ?? true }));
}

function toList(value: Value): Slice {
  if (value === undefined) return list([]);
  if (value instanceof Slice) return new Slice(sliceOf(anyType), value.items);
  throw new FunctionError('fromYamlArray: this is not a list');
}

/** What is wrong with a text of YAML, without the text. */
function orFunctionError<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof GoYamlError) throw new FunctionError(`not valid YAML: ${error.problem} (line ${error.line})`, fromText(error.goMessage));
    throw error;
  }
}
