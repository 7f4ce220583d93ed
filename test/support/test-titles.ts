import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** Every text that stands in a file and could be the title of a test or of a row: strings, templates without parts, and keys. */
function textsIn(path: string, source: string): ReadonlySet<string> {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const texts = new Set<string>();
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string') texts.add(value);
    },
    Property: ({ key, computed }) => {
      if (!computed && key.type === 'Identifier') texts.add(key.name);
    },
    TemplateLiteral: ({ quasis }) => {
      const [only, ...more] = quasis;
      if (more.length === 0 && typeof only?.value.cooked === 'string') texts.add(only.value.cooked);
    },
  }).visit(program);
  return texts;
}

/** Tells of tests whether they are there, by a text of their file. Each file is read once. @param root of the repository */
export function createTitleIndex(root: string): (test: { readonly file: string; readonly title: string }) => boolean {
  const texts = new Map<string, ReadonlySet<string>>();
  return ({ file, title }) => {
    const known = texts.get(file) ?? textsIn(file, readFileSync(join(root, file), 'utf8'));
    texts.set(file, known);
    return known.has(title);
  };
}
