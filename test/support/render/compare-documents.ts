import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { PrintedDocument } from './helm-release.ts';

export interface Comparison {
  /** How many documents both have. */
  readonly compared: number;
  /** Of those, how many have the same bytes, not only the same meaning. */
  readonly identical: number;
  readonly misses: readonly string[];
}

/** Compares document by document, in order. Text in them is compared byte for byte; how YAML writes it does not matter. */
export function compareDocuments(theirs: readonly PrintedDocument[], ours: readonly PrintedDocument[]): Comparison {
  const misses: string[] = [];
  let identical = 0;
  const compared = Math.min(theirs.length, ours.length);
  for (const [index, their] of theirs.slice(0, compared).entries()) {
    const our = ours[index];
    if (our === undefined) break;
    if (their.source !== our.source) {
      misses.push(`document ${index + 1} comes from ${their.source}, and ours from ${our.source}`);
      break;
    }
    if (trimmed(their.text) === trimmed(our.text)) identical += 1;
    else if (!isSameYaml(their.text, our.text)) misses.push(`document ${index + 1}, ${their.source}: ${firstDifference(their.text, our.text)}`);
  }
  if (theirs.length !== ours.length) misses.push(`helm has ${theirs.length} documents, and we have ${ours.length}`);
  return { compared, identical, misses };
}

/** What stands between documents is helm's way of printing. */
function trimmed(text: Buffer): string {
  return text.toString('latin1').replace(/^(?:[ \t]*\n)+/, '').replace(/\s+$/, '');
}

function isSameYaml(left: Buffer, right: Buffer): boolean {
  const [one, other] = [left, right].map((text) => {
    // with bytes that are no text, nothing but the bytes can be compared
    const documents = parseAllDocuments(text.toString('latin1'), { merge: true, logLevel: 'silent', uniqueKeys: false });
    return documents.some(({ errors }) => errors.length > 0) ? undefined : documents.map((document) => document.toJS());
  });
  return one !== undefined && other !== undefined && isDeepStrictEqual(one, other);
}

function firstDifference(theirs: Buffer, ours: Buffer): string {
  const [left, right] = [theirs, ours].map((text) => text.toString('utf8').trimEnd().split('\n'));
  const line = left?.findIndex((text, index) => text !== right?.[index]) ?? 0;
  const at = line === -1 ? (left?.length ?? 0) : line;
  return `line ${at + 1} is ${JSON.stringify(left?.[at])}, and ours is ${JSON.stringify(right?.[at])}`;
}
