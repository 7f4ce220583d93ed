import type { TreeMap, TreeNode } from '../../lib/yaml-tree.ts';
import { parseYamlTree } from '../../lib/yaml-tree.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { readDotenv } from './dotenv.ts';
import { goYamlScalar, jsonScalar } from './go-scalar.ts';
import { readMetadata, type SopsMetadata } from './metadata.ts';
import { SopsError } from './sops-error.ts';
import { looksEncrypted } from './cipher.ts';
import type { SopsMap, SopsNode } from './sops-tree.ts';
import { type SopsValue, textValue } from './sops-value.ts';

/** Formats of SOPS. `binary` is a JSON object whose `data` is the file; ini is told by name, and refused. */
export const sopsFormats = ['yaml', 'json', 'dotenv', 'binary'] as const;
export type SopsFormat = (typeof sopsFormats)[number];

/** An encrypted file, read and not decrypted. */
export interface SopsFile {
  readonly format: SopsFormat;
  /** In the order of the file, without the metadata. The MAC is over all of them. */
  readonly documents: readonly SopsDocument[];
  readonly metadata: SopsMetadata;
}

export interface SopsDocument {
  readonly root: SopsMap;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

const metadataKey = 'sops';
/** Bytes of one file: what a repository's manifests may have, and less. */
const mostBytes = 4 << 20;
const deepest = 100;

/** The format that a file's name tells. */
export function formatOf(path: string): SopsFormat | 'ini' {
  if (/\.ya?ml$/.test(path)) return 'yaml';
  if (path.endsWith('.json')) return 'json';
  if (/(^|\/)\.env$|\.env$/.test(path)) return 'dotenv';
  return path.endsWith('.ini') ? 'ini' : 'binary';
}

/** Whether a file may be one of SOPS: whether its metadata is named anywhere in it. Cheap, and right for every file that is one. */
export function mayBeSops(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return bytes.includes('sops') && bytes.includes('ENC[AES256_GCM,');
}

/**
 * Reads an encrypted file.
 * @throws SopsError `document`, at the first thing wrong; it quotes nothing of the file
 */
export function readSops(content: Uint8Array, format: SopsFormat | 'ini'): SopsFile {
  if (content.length > mostBytes) throw new SopsError('document', `an encrypted file may have ${mostBytes} bytes at the most`);
  if (format === 'ini') throw new SopsError('document', 'files in the format ini are not supported; use dotenv, or YAML');
  if (format === 'dotenv') {
    const { root, metadata } = readDotenv(content);
    return { format, documents: [{ root, line: 1 }], metadata: readMetadata(metadata) };
  }
  const trees = readTrees(content);
  if (format !== 'yaml' && trees.length !== 1) throw new SopsError('document', 'a file of JSON holds one object');
  return readDocuments(trees, format);
}

/**
 * Reads a file of manifests, which may or may not be encrypted: undefined where no document of it has metadata of SOPS.
 * @throws SopsError `document`
 */
export function readSopsManifest(content: Uint8Array, format: 'yaml' | 'json'): SopsFile | undefined {
  if (content.length > mostBytes) throw new SopsError('document', `an encrypted file may have ${mostBytes} bytes at the most`);
  const trees = readTrees(content);
  const isEncrypted = trees.some((tree) => tree.kind === 'map' && tree.entries.some(({ key }) => key === metadataKey));
  return isEncrypted ? readDocuments(trees, format) : undefined;
}

function readDocuments(trees: readonly TreeNode[], format: Exclude<SopsFormat, 'dotenv'>): SopsFile {
  const scalar = format === 'yaml' ? goYamlScalar : jsonScalar;
  const read = trees.map((tree) => split(tree, scalar));
  const metadata = read[0]?.metadata;
  if (metadata === undefined) throw new SopsError('document', 'has no sops metadata in its first document: it is not encrypted with SOPS');
  return { format, documents: read.map(({ document }) => document), metadata: readMetadata(metadata) };
}

function readTrees(content: Uint8Array): readonly TreeNode[] {
  try {
    return parseYamlTree(content, { bytes: mostBytes, depth: deepest, documents: 1_000 });
  } catch (error) {
    if (error instanceof YamlError) throw new SopsError('document', `not valid: ${error.problem} (column ${error.column})`, error.line);
    throw error;
  }
}

type Resolve = (text: string) => SopsValue | null | undefined;

/** Takes the metadata from a document. Every document has a copy; that of the first counts. */
function split(tree: TreeNode, resolve: Resolve): { readonly document: SopsDocument; readonly metadata: SopsMap | undefined } {
  if (tree.kind !== 'map') throw new SopsError('document', 'a document must be a map', tree.line);
  const root = mapOf(tree, resolve);
  const metadata = root.entries.find(({ key }) => key === metadataKey);
  if (metadata !== undefined && metadata.value.kind !== 'map') throw new SopsError('document', 'sops: must be a map', metadata.line);
  const entries = root.entries.filter(({ key }) => key !== metadataKey);
  return { document: { root: { kind: 'map', entries }, line: tree.line }, metadata: metadata?.value.kind === 'map' ? metadata.value : undefined };
}

function mapOf({ entries }: TreeMap, resolve: Resolve): SopsMap {
  return { kind: 'map', entries: entries.map(({ key, value, comments, line }) => ({ key, comments, line, value: nodeOf(value, resolve) })) };
}

function nodeOf(tree: TreeNode, resolve: Resolve): SopsNode {
  if (tree.kind === 'scalar') return { kind: 'leaf', value: valueOf(tree, resolve), line: tree.line };
  if (tree.tag !== undefined) throw new SopsError('document', 'a tag is not supported', tree.line);
  if (tree.kind === 'map') return mapOf(tree, resolve);
  return { kind: 'list', items: tree.items.map(({ value, comments }) => ({ value: nodeOf(value, resolve), comments })) };
}

function valueOf({ text, isPlain, tag, line }: Extract<TreeNode, { readonly kind: 'scalar' }>, resolve: Resolve): SopsValue | null {
  if (tag === '!' || tag === 'tag:yaml.org,2002:str' || (tag === undefined && !isPlain)) return textValue(text);
  if (tag !== undefined) throw new SopsError('document', 'a tag is not supported', line);
  const value = looksEncrypted(text) ? textValue(text) : resolve(text);
  if (value === undefined) throw new SopsError('document', 'a value is not one that SOPS takes: a number is too large, or a text has no quotes', line);
  return value;
}
