import { isPlainFields, type ListGenerator, type PlainFields, toPlainValue } from '../../api/application-set-spec.ts';
import { formatPath } from '../../api/schema.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { GenerationError } from './generation-error.ts';

/**
 * The parameters of a list: for Go's templates the elements as they are; otherwise their texts, those of `values` by `values.<name>`.
 * @param at where the generator stands in the ApplicationSet
 * @throws GenerationError `parameters`
 */
export function listParameters({ elements, elementsYaml }: ListGenerator, goTemplate: boolean, at: readonly (string | number)[]): readonly PlainFields[] {
  const own = goTemplate ? elements : elements.map((element, index) => textsOf(element, [...at, 'elements', index]));
  return [...own, ...parseElements(elementsYaml, [...at, 'elementsYaml'])];
}

function textsOf(element: PlainFields, at: readonly (string | number)[]): PlainFields {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(element)) {
    if (name !== 'values') texts[name] = textAt(value, [...at, name]);
    else if (!isPlainFields(value)) throw new GenerationError('parameters', formatPath([...at, name]), 'must be a map of texts');
    else for (const [key, inner] of Object.entries(value)) texts[`values.${key}`] = textAt(inner, [...at, name, key]);
  }
  return texts;
}

function textAt(value: unknown, at: readonly (string | number)[]): string {
  if (typeof value === 'string') return value;
  throw new GenerationError('parameters', formatPath(at), 'must be a text: other values need goTemplate: true');
}

function parseElements(text: string, at: readonly (string | number)[]): readonly PlainFields[] {
  const field = formatPath(at);
  try {
    const [document] = parseYaml(text, { documents: 1, depth: 50 });
    const value = document === undefined ? [] : toPlainValue(document.value);
    if (!Array.isArray(value) || !value.every(isPlainFields)) throw new GenerationError('parameters', field, 'must be a YAML list of maps');
    return value;
  } catch (error) {
    if (error instanceof YamlError) throw new GenerationError('parameters', field, `is not valid YAML: ${error.problem} (line ${error.line})`, { cause: error });
    throw error;
  }
}
