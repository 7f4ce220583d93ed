import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { type Blob, createBlobReader } from './blob-reader.ts';
import { type CommitFacts, readCommitFacts } from './commit-facts.ts';
import type { Git } from './git-command.ts';
import { SourceError } from './source-error.ts';
import type { LeftOut, SourceFile, SourceTree } from './source-tree.ts';
import { filesWithin, type TreeLimits } from './tree-limits.ts';

interface Link extends Blob {
  readonly kind: 'link';
}

type Unread = Link | { readonly path: string; readonly kind: 'submodule' };

interface Listing {
  readonly blobs: readonly Blob[];
  readonly unread: readonly Unread[];
}

/**
 * The files of one commit in a bare repository. Listed once by `ls-tree`; reads that are asked for together are answered by one
 * `cat-file --batch`, and who made the commit is asked once. Nothing is ever checked out, so no link is followed and no filter runs.
 * @param commit hex digits, nothing else: it stands among git's arguments
 */
export async function openGitTree(git: Git, commit: string, limits: TreeLimits, signal: AbortSignal): Promise<SourceTree> {
  const run = { signal, deadline: limits.deadline, stdoutLimit: 64 << 20 };
  const { blobs, unread } = parseListing(await git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], run), limits);
  const byPath = new Map(blobs.map((blob) => [blob.path, blob]));
  const readBlob = createBlobReader(git, limits);
  const fingerprints = new Map<string, string>();
  let facts: CommitFacts | undefined;

  function read(file: SourceFile, signal: AbortSignal): Promise<Uint8Array> {
    const blob = byPath.get(file.path);
    return blob === undefined ? Promise.reject(new SourceError('absent', `${file.path} is not in commit ${commit}`)) : readBlob(blob, signal);
  }

  return {
    revision: commit,
    list: async (path) => filesWithin(blobs, path),
    leftOut: (path, signal) =>
      Promise.all(
        filesWithin(unread, path).map(async (entry): Promise<LeftOut> => {
          if (entry.kind === 'submodule') return entry;
          const target = Buffer.from(await readBlob(entry, signal)).toString('utf8');
          return { path: entry.path, kind: isFolder(posix.join(posix.dirname(entry.path), target), { blobs, unread }) ? 'linkedFolder' : 'link' };
        }),
      ),
    read,
    fingerprint: (path) => {
      const known = fingerprints.get(path) ?? fingerprintOf(path, { blobs, unread });
      if (known !== undefined) fingerprints.set(path, known);
      return known;
    },
    commit: async (signal) => (facts ??= await readCommitFacts(git, commit, { signal, deadline: limits.deadline })),
  };
}

/** What a link leads to may be elsewhere in the commit: with one, nothing can be told. */
function fingerprintOf(path: string, { blobs, unread }: Listing): string | undefined {
  const others = filesWithin(unread, path);
  if (others.some(({ kind }) => kind === 'link')) return undefined;
  const hash = createHash('sha256');
  for (const blob of filesWithin(blobs, path)) hash.update(`${blob.oid} ${blob.path}\0`);
  for (const submodule of others) hash.update(`submodule ${submodule.path}\0`);
  return hash.digest('base64');
}

/** Whether a link leads to a folder of this commit; one that leads through another link is taken to. */
function isFolder(target: string, { blobs, unread }: Listing): boolean {
  const path = target.replace(/\/$/, '');
  if (path === '.' || unread.some((entry) => path === entry.path || path.startsWith(`${entry.path}/`))) return true;
  return filesWithin(blobs, path).some((blob) => blob.path !== path);
}

/** `<mode> <type> <oid> <size>\t<path>\0`; links are 120000, submodules 160000 and without a size. */
function parseListing(listing: Buffer, limits: TreeLimits): Listing {
  const blobs: Blob[] = [];
  const unread: Unread[] = [];
  for (const entry of listing.toString('utf8').split('\0')) {
    const match = /^(100644|100755|100664|120000|160000) (?:blob|commit) ([0-9a-f]{40,64}) +(\d+|-)\t([^]+)$/.exec(entry);
    if (match === null) continue;
    const [, mode = '', oid = '', size = '', path = ''] = match;
    // a crafted tree may hold names that no file system allows
    if (path.split('/').some((step) => step === '' || step === '.' || step === '..')) continue;
    if (mode === '160000') unread.push({ path, kind: 'submodule' });
    else if (mode === '120000') unread.push({ path, size: Number(size), oid, kind: 'link' });
    else blobs.push({ path, size: Number(size), oid });
    if (blobs.length + unread.length > limits.files) throw new SourceError('tooLarge', `the repository has more than ${limits.files} files`);
  }
  const byPath = (a: Pick<Blob, 'path'>, b: Pick<Blob, 'path'>): number => (a.path < b.path ? -1 : 1);
  return { blobs: blobs.toSorted(byPath), unread: unread.toSorted(byPath) };
}
