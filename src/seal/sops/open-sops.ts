import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import { formatPath } from '../../api/schema.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import { boundTo, decryptValue, looksEncrypted } from './cipher.ts';
import type { SopsMetadata } from './metadata.ts';
import type { SopsDocument, SopsFile } from './read-sops.ts';
import { createSelection, type Selection } from './selection.ts';
import { SopsError } from './sops-error.ts';
import type { SopsEntry, SopsItem, SopsLeaf, SopsMap, SopsNode, SopsPath } from './sops-tree.ts';
import type { SopsValue } from './sops-value.ts';

/** What the hash begins with where only encrypted values are in the MAC, so that such a MAC never passes for the other kind: SHA-256 of `sops`. */
const onlyEncryptedSeed = createHash('sha256').update('sops').digest();

/** The hash that the MAC is of, before any value. */
export function macHash({ macOnlyEncrypted }: Pick<SopsMetadata, 'macOnlyEncrypted'>): Hash {
  const hash = createHash('sha512');
  return macOnlyEncrypted ? hash.update(onlyEncryptedSeed) : hash;
}

/**
 * Decrypts all documents of a file and verifies its MAC.
 * @throws SopsError `document`, with the path of the value that is wrong; nothing is answered of a file whose MAC does not fit
 */
export function openSops(file: SopsFile, dataKey: SecretBytes): readonly SopsDocument[] {
  const walk = new Walk(file.metadata, dataKey);
  const documents = file.documents.map(({ root, line }) => ({ root: walk.map(root, [], []), line }));
  verify(file.metadata, dataKey, walk.digest());
  return documents;
}

function verify({ mac, lastModified }: SopsMetadata, dataKey: SecretBytes, computed: string): void {
  const said = decryptValue(mac, dataKey, lastModified);
  if (!said.ok) throw new SopsError('document', `sops.mac: ${said.problem}`);
  const [a, b] = [Buffer.from(said.value.bytes.reveal()), Buffer.from(computed)];
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  throw new SopsError('document', 'the MAC does not fit: a value was changed, added, removed or moved after the file was encrypted');
}

class Walk {
  readonly #selects: Selection;
  readonly #metadata: SopsMetadata;
  readonly #key: SecretBytes;
  readonly #hash: Hash;

  constructor(metadata: SopsMetadata, key: SecretBytes) {
    this.#metadata = metadata;
    this.#key = key;
    this.#selects = createSelection(metadata.rule);
    this.#hash = macHash(metadata);
  }

  digest(): string {
    return this.#hash.digest('hex').toUpperCase();
  }

  map({ entries }: SopsMap, path: SopsPath, comments: readonly string[]): SopsMap {
    const opened = entries.flatMap((entry): readonly SopsEntry[] => {
      const value = this.#node(entry.value, [...path, entry.key], [...comments, ...entry.comments]);
      return value === undefined ? [] : [{ ...entry, value }];
    });
    return { kind: 'map', entries: opened };
  }

  #node(node: SopsNode, path: SopsPath, comments: readonly string[]): SopsNode | undefined {
    if (node.kind === 'map') return this.map(node, path, comments);
    if (node.kind === 'leaf') return this.#leaf(node, path, comments);
    const items = node.items.flatMap((item, index): readonly SopsItem[] => {
      const value = this.#node(item.value, [...path, index], [...comments, ...item.comments]);
      return value === undefined ? [] : [{ ...item, value }];
    });
    return { kind: 'list', items };
  }

  /** undefined: it was a comment of a list, in a format that has none. */
  #leaf(leaf: SopsLeaf, path: SopsPath, comments: readonly string[]): SopsLeaf | undefined {
    if (leaf.value === null) return leaf;
    const isEncrypted = this.#selects({ keys: path.filter((step) => typeof step === 'string'), comments });
    const value = isEncrypted ? this.#decrypt(leaf.value, path, leaf.line) : leaf.value;
    if (value.type === 'comment') return undefined;
    if (isEncrypted || !this.#metadata.macOnlyEncrypted) this.#hash.update(value.bytes.reveal());
    return { ...leaf, value };
  }

  #decrypt(value: SopsValue, path: SopsPath, line: number): SopsValue {
    const decrypted = value.type === 'str' ? decryptValue(Buffer.from(value.bytes.reveal()).toString('utf8'), this.#key, boundTo(path)) : undefined;
    if (decrypted?.ok === true) return decrypted.value;
    throw new SopsError('document', `${formatPath(path)}: ${decrypted?.problem ?? 'is not encrypted, and the rules of the file say that it is'}`, line);
  }
}

/** Where the encrypted values of a document stand. It needs no key. Throws SopsErrors of the file's rules. */
export function encryptedPaths({ root }: SopsDocument, metadata: SopsMetadata): readonly SopsPath[] {
  const selects = createSelection(metadata.rule);
  const found: SopsPath[] = [];
  const visit = (node: SopsNode, path: SopsPath, comments: readonly string[]): void => {
    if (node.kind === 'map') for (const entry of node.entries) visit(entry.value, [...path, entry.key], [...comments, ...entry.comments]);
    else if (node.kind === 'list') for (const [index, item] of node.items.entries()) visit(item.value, [...path, index], [...comments, ...item.comments]);
    else if (node.value !== null && (holdsCiphertext(node.value) || selects({ keys: path.filter((step) => typeof step === 'string'), comments }))) found.push(path);
  };
  visit(root, [], []);
  return found;
}

function holdsCiphertext({ type, bytes }: SopsValue): boolean {
  return type === 'str' && looksEncrypted(Buffer.from(bytes.reveal()).toString('utf8'));
}
