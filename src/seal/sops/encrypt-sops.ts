import type { Hash } from 'node:crypto';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { YamlRewriter, type RewriteScalar } from '../../lib/yaml-rewrite.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { boundTo, encryptValue, looksEncrypted } from './cipher.ts';
import { goYamlScalar } from './go-scalar.ts';
import { wrapForAge } from './keys/age-key.ts';
import { macHash } from './open-sops.ts';
import { readSops } from './read-sops.ts';
import { createSelection, type Selection } from './selection.ts';
import { SopsError } from './sops-error.ts';
import { keysOf, type SopsPath } from './sops-tree.ts';
import { type SopsValue, textValue, typedValue } from './sops-value.ts';

export interface EncryptSopsOptions {
  /** age recipients, `age1…` and `age1pq1…`: each of their keys opens the file. */
  readonly recipients: readonly string[];
  /** Which names' values are encrypted, with all below them; those of a Secret where absent. */
  readonly encryptedRegex?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** So many random bytes, fit for keys. */
  readonly randomBytes: (size: number) => Uint8Array;
}

const defaultEncryptedRegex = '^(data|stringData)$';
/** The SOPS whose format this is. */
const version = '3.13.3';
const dataKeyBytes = 32;

/**
 * Encrypts the values of a YAML file of manifests for age recipients, as SOPS does and for SOPS to read. Order and comments stay; comments
 * among encrypted values are encrypted with them. Only texts are typed as SOPS types them: `5` stays a number.
 * @throws SopsError `document`, also where nothing would be encrypted or something is already
 */
export async function encryptSops(content: Uint8Array | string, options: EncryptSopsOptions): Promise<string> {
  const { recipients, encryptedRegex = defaultEncryptedRegex, now } = options;
  if (recipients.length === 0) throw new SopsError('document', 'names no age recipient to encrypt for');
  const dataKey = new SecretBytes(options.randomBytes(dataKeyBytes));
  try {
    const lastModified = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    const rewriter = open(content);
    const mac = encryptAll(rewriter, { dataKey, randomBytes: options.randomBytes, selects: createSelection({ by: 'regex', encrypts: true, regex: encryptedRegex }) });
    const metadata = {
      age: await Promise.all([...new Set(recipients)].map(async (recipient, index) => ({ enc: await wrap(dataKey, recipient, index), recipient }))),
      encrypted_regex: encryptedRegex,
      lastmodified: lastModified,
      mac: encryptValue(textValue(mac), { key: dataKey, label: lastModified, randomBytes: options.randomBytes }),
      version,
    };
    for (let index = 0; index < rewriter.size; index += 1) rewriter.append(index, 'sops', metadata);
    return checked(rewriter.toString());
  } finally {
    dataKey.reveal().fill(0);
  }
}

function open(content: Uint8Array | string): YamlRewriter {
  const rewriter = attempt(() => new YamlRewriter(content));
  for (let index = 0; index < rewriter.size; index += 1) {
    if (rewriter.has(index, 'sops')) throw new SopsError('document', 'is already encrypted with SOPS, or has a key "sops", which SOPS keeps for itself');
  }
  return rewriter;
}

interface Encrypting {
  readonly dataKey: SecretBytes;
  readonly selects: Selection;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Encrypts what is selected and answers the MAC in clear. */
function encryptAll(rewriter: YamlRewriter, { dataKey, selects, randomBytes }: Encrypting): string {
  const hash: Hash = macHash({ macOnlyEncrypted: false });
  let encrypted = 0;
  const scalar = (path: SopsPath, written: RewriteScalar): string | undefined => {
    const value = valueOf(written, path);
    if (value === null) return undefined;
    hash.update(value.bytes.reveal());
    if (!selects({ keys: keysOf(path), comments: [] })) return undefined;
    encrypted += 1;
    return value.bytes.size === 0 ? undefined : encryptValue(value, { key: dataKey, label: boundTo(path), randomBytes });
  };
  const comment = (path: SopsPath, line: string): string =>
    selects({ keys: keysOf(path), comments: [] }) ? encryptValue(typedValue('comment', line), { key: dataKey, label: boundTo(path), randomBytes }) : line;
  for (let index = 0; index < rewriter.size; index += 1) attempt(() => rewriter.rewrite(index, { scalar, comment }));
  if (encrypted === 0) throw new SopsError('document', 'has nothing to encrypt: none of its names matches the regular expression');
  return hash.digest('hex').toUpperCase();
}

function valueOf({ text, isPlain, tag }: RewriteScalar, path: SopsPath): SopsValue | null {
  if (looksEncrypted(text)) throw new SopsError('document', `${path.join('.')}: is encrypted already`);
  if (tag !== undefined && tag !== '!' && tag !== 'tag:yaml.org,2002:str') throw new SopsError('document', `${path.join('.')}: has a tag, which SOPS would lose`);
  const value = isPlain && tag === undefined ? goYamlScalar(text) : textValue(text);
  if (value === undefined) throw new SopsError('document', `${path.join('.')}: is a number that SOPS does not take; put quotes around it`);
  return value;
}

async function wrap(dataKey: SecretBytes, recipient: string, index: number): Promise<string> {
  try {
    return await wrapForAge(dataKey, recipient);
  } catch {
    throw new SopsError('document', `recipient ${index + 1} is no age recipient (age1… or age1pq1…)`);
  }
}

/** What is printed must read as what was hashed, whatever the printer made of it. */
function checked(text: string): string {
  readSops(Buffer.from(text, 'utf8'), 'yaml');
  return text;
}

function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof YamlError) throw new SopsError('document', `not valid: ${error.problem} (column ${error.column})`, error.line);
    throw error;
  }
}
