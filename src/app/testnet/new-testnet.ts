import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseGitUrl, redactUrl } from '../../gitops/source/git-url.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import { openWorkTree } from '../../gitops/source/work-tree.ts';
import { TestnetError } from './testnet-error.ts';
import { testnetFiles } from './testnet-files.ts';

export interface NewTestnetOptions {
  readonly name: string;
  /** The folder of a config repository. */
  readonly path: string;
  readonly testnets: string;
  readonly chart: string;
  readonly store: string;
  /** Absent: the address of the checkout's only remote, or `.`. */
  readonly repoURL?: string;
}

/** What was written, by paths from the repository's folder, and what is to be put into the store. */
export interface NewTestnetResult {
  readonly files: readonly string[];
  readonly remoteKeys: readonly string[];
}

/**
 * Writes the files of a new testnet; never over one that is there.
 * @throws TestnetError, SourceError
 */
export async function newTestnet({ name, path, testnets, chart, store, repoURL }: NewTestnetOptions, signal: AbortSignal): Promise<NewTestnetResult> {
  // its namespace and its release are called like it
  if (!/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/.test(name)) throw new TestnetError(`${name} cannot be the name of a testnet: up to 53 lower-case letters, digits and -, which Helm and Kubernetes take`);
  const folders = [testnets, chart].map((folder) => folder.replace(/^\.\//, '').replace(/\/$/, ''));
  if (folders.some((folder) => folder === '' || folder.startsWith('/') || folder.split('/').includes('..'))) throw new TestnetError('--testnets and --chart are folders of the repository, like testnets and charts/testnet');
  const [own = '', charts = ''] = folders;
  const { git } = await openWorkTree(path, signal);
  const [only, ...others] = git?.prefix === '' ? git.remotes : [];
  const address = only === undefined || others.length > 0 ? '.' : publicAddress(only);
  const { files, remoteKeys } = testnetFiles({ name, repoURL: repoURL ?? address, testnets: own, chart: charts, store });
  const folder = join(path, own, name);
  await mkdir(dirname(folder), { recursive: true });
  try {
    await mkdir(folder);
  } catch (error) {
    if (!isThere(error)) throw error;
    throw new TestnetError(`${join(own, name)} is there already, and nothing is written over it; choose another name`);
  }
  for (const [file, text] of files) {
    signal.throwIfAborted();
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text, { flag: 'wx' });
  }
  return { files: [...files.keys()].map((file) => `${own}/${name}/${file}`), remoteKeys };
}

/** A remote as a file in Git may name it, without what a clone logs in with; `.` where Applications cannot name it. */
function publicAddress(remote: string): string {
  const address = /^https?:/i.test(remote) ? redactUrl(remote) : remote;
  try {
    parseGitUrl(address);
    return address;
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return '.';
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** What to tell a person; undefined for a bug. */
export function testnetFailure(error: unknown): string | undefined {
  return error instanceof TestnetError || isSourceError(error) ? error.message : undefined;
}
