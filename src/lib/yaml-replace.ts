import { isScalar } from 'yaml';
import { composeYaml } from './yaml.ts';

/**
 * Puts other texts in the place of whole documents, by their number from 0 without those that are empty. What stands between documents
 * stays, and so do the comments before each.
 * @throws YamlError
 */
export function replaceYamlDocuments(text: string, replacements: ReadonlyMap<number, string>): string {
  const ranges = [...composeYaml(text)].flatMap(({ document: { contents } }) => (contents === null || (isScalar(contents) && contents.source === '') ? [] : [contents.range ?? [0, 0, 0]]));
  return [...ranges.entries()].toReversed().reduce((whole, [index, [from, to]]) => {
    const replacement = replacements.get(index);
    if (replacement === undefined) return whole;
    // a block ends behind its last line feed, JSON before it
    const endsLine = whole.slice(from, to).endsWith('\n');
    return whole.slice(0, from) + replacement.trimEnd() + (endsLine ? '\n' : '') + whole.slice(to);
  }, text);
}
