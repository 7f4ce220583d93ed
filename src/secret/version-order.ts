import type { ExternalSecretSpec } from '../api/external-secret-spec.ts';
import type { Provenance } from './provenance.ts';

/** The versions of what is read, by store and key: of those values only whose present version is wanted. */
export type ReadVersions = ReadonlyMap<string, string>;

/** A value that was answered in an older version than one that was read before. */
export interface OlderVersion {
  /** The label of the store: `SecretStore ns/name`. */
  readonly store: string;
  readonly key: string;
  readonly was: string;
  readonly is: string;
}

/** Which versions the values of an ExternalSecret are of. Where a reference pins a version, what comes back is what was asked for, be it older. */
export function readVersions({ data, dataFrom }: ExternalSecretSpec, provenance: Provenance): ReadVersions {
  const sources = [...data.map(({ remoteRef }) => remoteRef), ...dataFrom.flatMap((entry) => (entry.kind === 'extract' ? [entry.extract] : []))];
  const pinned = new Set(sources.flatMap(({ key, version }) => (version === undefined ? [] : [key])));
  const versions = new Map<string, string>();
  for (const origin of provenance.values()) {
    if (origin.kind === 'store' && origin.version !== undefined && !pinned.has(origin.key)) versions.set(JSON.stringify([origin.store, origin.key]), origin.version);
  }
  return versions;
}

/** The first value that has gone back; undefined where none has, as far as its versions tell. */
export function findOlder(read: ReadVersions, before: ReadVersions): OlderVersion | undefined {
  for (const [name, is] of read) {
    const was = before.get(name);
    if (was === undefined || !isOlder(is, was)) continue;
    const [store, key]: readonly unknown[] = JSON.parse(name);
    return { store: String(store), key: String(key), was, is };
  }
  return undefined;
}

/** Whole numbers count up at every provider that calls its versions so. Ids, stages and hashes say nothing of which is the later. */
function isOlder(version: string, than: string): boolean {
  return isCount(version) && isCount(than) && BigInt(version) < BigInt(than);
}

/** An id of hexadecimal digits may happen to have no letters: it is longer. */
function isCount(version: string): boolean {
  return /^[0-9]{1,19}$/.test(version);
}
