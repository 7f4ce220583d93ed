import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';

/**
 * External Secrets' ObjectHash: SHA3-224, in hex, of what Go prints for the value with `%+v`. Its results stand in
 * labels, annotations and statuses of live clusters, so every byte counts: another hash would make a takeover read
 * everything anew. Golden values made by External Secrets' own code: test/golden/external-secrets-hashes.json.
 */
function objectHash(print: (hash: Hash) => void): string {
  const hash = createHash('sha3-224');
  print(hash);
  return hash.digest('hex');
}

/** Hash of a text, e.g. `namespace/name` for the created-by label. */
export function textHash(text: string): string {
  return objectHash((hash) => hash.update(text, 'utf8'));
}

/** Hash of a Secret's data: `map[key:[1 2 3] other:[]]`. */
export function dataHash(data: ReadonlyMap<string, Uint8Array>): string {
  return objectHash((hash) => {
    hash.update('map[');
    let separator = '';
    for (const [key, bytes] of sortByKey(data)) {
      hash.update(`${separator}${key}:[`, 'utf8');
      hashBytes(hash, bytes);
      hash.update(']');
      separator = ' ';
    }
    hash.update(']');
  });
}

/** Hash of annotations and labels: `{annotations:map[a:b] labels:map[c:d]}`. */
export function metadataHash(metadata: { readonly annotations?: Readonly<Record<string, string>>; readonly labels?: Readonly<Record<string, string>> }): string {
  return textHash(`{annotations:${printMap(metadata.annotations)} labels:${printMap(metadata.labels)}}`);
}

function printMap(record: Readonly<Record<string, string>> = {}): string {
  const entries = sortByKey(Object.entries(record)).map(([key, value]) => `${key}:${value}`);
  return `map[${entries.join(' ')}]`;
}

/** Go sorts map keys by their UTF-8 bytes, JavaScript by UTF-16 units. */
function sortByKey<V>(entries: Iterable<readonly [string, V]>): readonly (readonly [string, V])[] {
  return Array.from(entries).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')));
}

const decimals: readonly string[] = Array.from({ length: 256 }, (_unused, byte) => `${byte} `);

/** Bytes printed at once: 1 MiB of data prints to 4 MiB of text, which need not exist in one piece. */
const slice = 16_384;

function hashBytes(hash: Hash, bytes: Uint8Array): void {
  for (let start = 0; start < bytes.length; start += slice) {
    const end = Math.min(start + slice, bytes.length);
    let text = '';
    for (let index = start; index < end; index += 1) text += decimals[bytes[index] ?? 0];
    hash.update(end === bytes.length ? text.slice(0, -1) : text, 'latin1');
  }
}
