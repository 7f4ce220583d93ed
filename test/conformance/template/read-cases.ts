import { readdir } from 'node:fs/promises';
import type { TemplateCase } from '../../support/template/corpus.ts';

const folder = new URL('cases/', import.meta.url);

/** The cases of every file in cases/. */
export async function readCases(): Promise<readonly TemplateCase[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).toSorted();
  const files = await Promise.all(
    names.map(async (name) => {
      // what each file of that folder promises to export
      const { cases } = (await import(new URL(name, folder).href)) as { readonly cases: readonly TemplateCase[] };
      return cases;
    }),
  );
  return files.flat();
}
