import { formatPath } from '../../api/schema.ts';
import type { SopsFormat } from './read-sops.ts';
import { SopsError } from './sops-error.ts';
import type { SopsMap, SopsNode, SopsPath } from './sops-tree.ts';
import type { SopsValue } from './sops-value.ts';

/**
 * A decrypted document as plain data, as Kubernetes' tools would read what SOPS prints: texts, numbers, booleans, null, lists and maps. Times
 * are text. It holds secrets: it is for what is written to the API server, and for nothing that is shown.
 * @throws SopsError `document` for a number that would not be kept exactly, or text that is not UTF-8
 */
export function revealData(node: SopsNode, path: SopsPath = []): unknown {
  if (node.kind === 'list') return node.items.map(({ value }, index) => revealData(value, [...path, index]));
  // not by assignment, which a key named like a member of the prototype would go through
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key, revealData(value, [...path, key])]));
  return node.value === null ? null : plainOf(node.value, path);
}

function plainOf({ type, bytes }: SopsValue, path: SopsPath): string | number | boolean {
  const text = decode(bytes.reveal(), path);
  if (type === 'bool') return text === 'True';
  if (type !== 'int' && type !== 'float') return text;
  const value = Number(text);
  if (Number.isFinite(value) && (type === 'float' || Number.isSafeInteger(value))) return value;
  throw new SopsError('document', `${formatPath(path)}: is a number that would not be kept exactly; make it text`);
}

function decode(bytes: Uint8Array, path: SopsPath): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SopsError('document', `${formatPath(path)}: is not UTF-8 text`);
  }
}

/**
 * The bytes of a decrypted file, for formats whose content is one text: a binary file is its `data`, dotenv is its lines.
 * @throws SopsError `document` where a binary file holds none
 */
export function revealFile(root: SopsMap, format: Extract<SopsFormat, 'binary' | 'dotenv'>): Uint8Array {
  if (format === 'binary') {
    const data = root.entries.find(({ key }) => key === 'data')?.value;
    if (data?.kind === 'leaf' && data.value?.type === 'str') return data.value.bytes.reveal();
    throw new SopsError('document', 'data: is missing, or not the text that a binary file is');
  }
  const lines = root.entries.map(({ key, value }) => {
    const bytes = value.kind === 'leaf' && value.value !== null ? value.value.bytes.reveal() : new Uint8Array();
    return `${key}=${Buffer.from(bytes).toString('utf8').replaceAll('\n', '\\n')}\n`;
  });
  return Buffer.from(lines.join(''), 'utf8');
}
