import { posix } from 'node:path';
import { readCommitFacts } from './commit-facts.ts';
import type { Git } from './git-command.ts';
import { SourceError } from './source-error.ts';
import type { LeftOut, SourceFile, SourceTree } from './source-tree.ts';
import { filesWithin, type TreeLimits } from './tree-limits.ts';

interface Blob extends SourceFile {
  readonly oid: string;
}

interface Link extends Blob {
  readonly kind: 'link';
}

type Unread = Link | { readonly path: string; readonly kind: 'submodule' };

interface Listing {
  readonly blobs: readonly Blob[];
  readonly unread: readonly Unread[];
}

interface PendingRead {
  readonly blob: Blob;
  readonly resolve: (content: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes of blobs that one `cat-file` answers. */
const batchBytes = 16 << 20;

/**
 * The files of one commit in a bare repository. Listed once by `ls-tree`; reads that are asked for together are answered by one
 * `cat-file --batch`. Nothing is ever checked out, so no link is followed and no filter runs.
 * @param commit hex digits, nothing else: it stands among git's arguments
 */
export async function openGitTree(git: Git, commit: string, limits: TreeLimits, signal: AbortSignal): Promise<SourceTree> {
  const run = { signal, deadline: limits.deadline, stdoutLimit: 64 << 20 };
  const { blobs, unread } = parseListing(await git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], run), limits);
  const byPath = new Map(blobs.map((blob) => [blob.path, blob]));
  const batches = new Map<AbortSignal, PendingRead[]>();

  function read(file: SourceFile, signal: AbortSignal): Promise<Uint8Array> {
    const blob = byPath.get(file.path);
    return blob === undefined ? Promise.reject(new SourceError('absent', `${file.path} is not in commit ${commit}`)) : readBlob(blob, signal);
  }

  function readBlob(blob: Blob, signal: AbortSignal): Promise<Uint8Array> {
    if (blob.size > limits.fileBytes) return Promise.reject(new SourceError('tooLarge', `${blob.path} is larger than ${limits.fileBytes} bytes`));
    return new Promise((resolve, reject) => {
      const batch = batches.get(signal);
      if (batch !== undefined) {
        batch.push({ blob, resolve, reject });
        return;
      }
      const reads = [{ blob, resolve, reject }];
      batches.set(signal, reads);
      // reads asked for in this turn go together
      queueMicrotask(() => {
        batches.delete(signal);
        void answer(git, reads, { ...run, signal });
      });
    });
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
    commit: (signal) => readCommitFacts(git, commit, { signal, deadline: limits.deadline }),
  };
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

async function answer(git: Git, reads: readonly PendingRead[], run: { readonly signal: AbortSignal; readonly deadline: number }): Promise<void> {
  for (const batch of split(reads)) {
    try {
      const stdin = batch.map(({ blob }) => `${blob.oid}\n`).join('');
      const stdout = await git(['cat-file', '--batch'], { ...run, stdin, stdoutLimit: batchBytes * 4 });
      let offset = 0;
      for (const { blob, resolve } of batch) {
        const header = `${blob.oid} blob ${blob.size}\n`;
        const start = offset + header.length;
        if (stdout.toString('latin1', offset, start) !== header) throw new SourceError('unavailable', `${blob.path} cannot be read from the local copy of the repository`);
        offset = start + blob.size + 1;
        // a copy, so that one small file does not keep the whole batch in memory
        resolve(Uint8Array.prototype.slice.call(stdout, start, start + blob.size));
      }
    } catch (error) {
      // those already resolved do not mind
      for (const { reject } of batch) reject(error);
    }
  }
}

function split(reads: readonly PendingRead[]): readonly (readonly PendingRead[])[] {
  const batches: PendingRead[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const read of reads) {
    if (bytes + read.blob.size > batchBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(read);
    bytes += read.blob.size;
  }
  return batches;
}
