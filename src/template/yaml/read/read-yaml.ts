import type { Meter } from '../../value/value.ts';
import { codePoints } from './code-points.ts';
import { DocumentParser } from './document-parser.ts';
import type { YamlTree } from './yaml-tree.ts';

/** About what one byte costs to read. */
const stepsPerByte = 0.5;
const allocatedPerByte = 8;

/**
 * Reads the first document of a text as go-yaml v2 does; what follows it is not looked at.
 * Whoever walks the tree must bound what its shared nodes add up to.
 * @returns undefined for a text without a document
 * @throws GoYamlError, LimitError
 */
export function readYaml(bytes: Uint8Array, meter: Meter): YamlTree | undefined {
  meter.step(bytes.length * stepsPerByte);
  meter.allocate(bytes.length * allocatedPerByte);
  return new DocumentParser(codePoints(bytes)).read();
}
