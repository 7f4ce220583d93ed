/** The version of a key-value engine. */
export type KvVersion = 'v1' | 'v2';

/** Which key-value engine a store is about. */
export interface KvMount {
  readonly version: KvVersion;
  /** Where it is mounted, without slashes around it; empty: each key begins with it. */
  readonly mount: string;
}

/** Where a key is kept. Of version v1 both are the same. */
export interface KvPath {
  readonly data: string;
  readonly metadata: string;
}

/**
 * The paths of a key, by External Secrets' rules: a mount that the key repeats, with `data/` after it too, counts once; where the store
 * names no mount, the first segment is it, unless the key has a `/data/` of its own. A folder ends with a slash.
 */
export function kvPath(key: string, { version, mount }: KvMount): KvPath {
  if (mount !== '') return below(mount, withoutMount(key, { version, mount }), version);
  if (version === 'v1') return { data: key, metadata: key };
  if (key.includes('/data/')) return { data: key, metadata: key.replace('/data/', '/metadata/') };
  const [first = '', ...rest] = key.split('/');
  return below(first, rest.join('/'), version);
}

function below(base: string, rest: string, version: KvVersion): KvPath {
  if (version === 'v1') return { data: `${base}/${rest}`, metadata: `${base}/${rest}` };
  return { data: `${base}/data/${rest}`, metadata: `${base}/metadata/${rest}` };
}

function withoutMount(key: string, { version, mount }: KvMount): string {
  if (!key.startsWith(`${mount}/`)) return key;
  const rest = key.slice(mount.length + 1);
  return version === 'v2' && rest.startsWith('data/') ? rest.slice('data/'.length) : rest;
}
