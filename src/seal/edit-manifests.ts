import { editYaml, type YamlEdit } from '../lib/yaml-edit.ts';
import { YamlError } from '../lib/yaml-error.ts';
import { splitJson } from './json-stream.ts';
import type { Manifest } from './manifest.ts';
import { SealError } from './seal-error.ts';

/** Texts for the map at a path of an object. */
export interface ManifestEdit {
  readonly manifest: Pick<Manifest, 'document' | 'path' | 'where'>;
  readonly path: readonly string[];
  readonly entries: ReadonlyMap<string, string>;
}

/**
 * Edits objects of a text that was read by `readManifests`; all else stays as it is, byte for byte.
 * @throws SealError where a place is written in a way that cannot be edited
 */
export function editManifests(text: string, edits: readonly ManifestEdit[]): string {
  const where = edits[0]?.manifest.where ?? '';
  const all = edits.map(({ manifest, path, entries }): YamlEdit => ({ document: manifest.document, path: [...manifest.path, ...path], entries }));
  const pieces = splitJson(text);
  if (pieces === undefined || pieces.length < 2) return edited(text, all, where);
  // JSON values one after the other are no YAML; each of them is
  return pieces.toReversed().reduce((whole, piece, index) => {
    const own = all.filter(({ document }) => document === pieces.length - 1 - index).map((edit) => ({ ...edit, document: 0 }));
    return whole.slice(0, piece.from) + edited(piece.text, own, where) + whole.slice(piece.from + piece.text.length);
  }, text);
}

function edited(text: string, edits: readonly YamlEdit[], where: string): string {
  try {
    return editYaml(text, edits);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new SealError(`${where}:${error.line}: ${error.problem}`);
  }
}
