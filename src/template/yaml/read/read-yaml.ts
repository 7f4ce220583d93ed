import { codePoints } from './code-points.ts';
import { DocumentParser } from './document-parser.ts';
import type { YamlTree } from './yaml-tree.ts';

/**
 * Reads the first document of a text as go-yaml v2 does; what follows it is not looked at.
 * Whoever walks the tree must bound what its shared nodes add up to.
 * @returns undefined for a text without a document
 * @throws GoYamlError
 */
export function readYaml(bytes: Uint8Array): YamlTree | undefined {
  return new DocumentParser(codePoints(bytes)).read();
}
