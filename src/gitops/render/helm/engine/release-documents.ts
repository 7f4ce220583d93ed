import type { SecretBytes } from '../../../../lib/secret-bytes.ts';

/** One document of a release, on its way between threads: the file that it comes from, and its text, which may hold secrets. */
export interface PathDocument {
  /** It begins with the chart's name: `web/templates/service.yaml`. */
  readonly path: string;
  readonly text: SecretBytes;
}

/** The key of a document among the entries of a result: a file may have several documents, and a key stands once. */
export function documentKey(path: string, index: number): string {
  return `${index}\n${path}`;
}

/** The documents of a result, in their order. */
export function documentsOf(entries: ReadonlyMap<string, SecretBytes>): readonly PathDocument[] {
  return Array.from(entries, ([key, text]) => ({ path: key.slice(key.indexOf('\n') + 1), text }));
}
