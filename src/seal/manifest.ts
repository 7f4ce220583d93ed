import { parseYaml, type YamlDocument } from '../lib/yaml.ts';
import { YamlError } from '../lib/yaml-error.ts';
import { splitJson } from './json-stream.ts';
import { SealError } from './seal-error.ts';

/** One object of a file, as it was written. */
export interface Manifest {
  readonly value: unknown;
  /** The file, or what else it came from. */
  readonly where: string;
  /** The line of a field, counted from 1. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
  /** Of the documents in the text that are not empty, counted from 0: objects of one List share it. */
  readonly document: number;
  /** Where the object stands in its document: nowhere but at its top, or in `items` of a List. */
  readonly path: readonly (string | number)[];
}

/**
 * Reads the objects of a text: documents of YAML, or JSON values one after the other. A List of Kubernetes is as good as what it lists.
 * @throws SealError where the text cannot be read; quotes nothing
 */
export function readManifests(input: Uint8Array | string, where: string): readonly Manifest[] {
  return readDocuments(input, where).flatMap(({ value, lineOf }, document) => {
    const items = itemsOf(value);
    if (items === undefined) return [{ value, where, lineOf, document, path: [] }];
    return items.map((item, index) => ({ value: item, where, document, path: ['items', index], lineOf: (path: readonly (string | number)[]) => lineOf(['items', index, ...path]) }));
  });
}

type Document = Pick<YamlDocument, 'value'> & Pick<Manifest, 'lineOf'>;

function readDocuments(input: Uint8Array | string, where: string): readonly Document[] {
  const pieces = splitJson(typeof input === 'string' ? input : Buffer.from(input).toString('utf8')) ?? [{ text: input, line: 1 }];
  return pieces.flatMap(({ text, line }) => documentsOf(text, { where, line }).map(({ value, lineOf }) => ({ value, lineOf: (path: readonly (string | number)[]) => lineOf(path) + line - 1 })));
}

function documentsOf(text: Uint8Array | string, { where, line }: { readonly where: string; readonly line: number }): readonly YamlDocument[] {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new SealError(`${where}:${error.line + line - 1}: ${error.problem}`);
  }
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('items' in value)) return undefined;
  const { kind, items } = value;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}
