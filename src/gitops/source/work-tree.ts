import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { createWorkTreeGit } from './git-command.ts';
import { isSourceError, SourceError } from './source-error.ts';
import type { LeftOut, SourceFile, SourceTree } from './source-tree.ts';
import { defaultTreeLimits, filesWithin, type TreeLimits } from './tree-limits.ts';

/** A folder on disk that is read as a repository. */
export interface WorkTree {
  /** Absolute, without links. */
  readonly root: string;
  readonly tree: SourceTree;
  /** The Git work tree around it, where there is one; `prefix` is where `root` lies in it, empty for its top. */
  readonly git?: { readonly top: string; readonly prefix: string; readonly remotes: readonly string[] };
}

/**
 * Opens a folder. Files that Git ignores are left out, because a commit would not hold them; so are links, whatever they point to.
 * The revision is always `worktree`: what is on disk may differ from any commit at any moment.
 * @throws SourceError `absent`
 */
export async function openWorkTree(path: string, signal: AbortSignal, limits: TreeLimits = defaultTreeLimits): Promise<WorkTree> {
  const root = await realpath(path).catch(() => undefined);
  if (root === undefined || !(await lstat(root)).isDirectory()) throw new SourceError('absent', `${path} is not a folder`);
  const git = await findGit(root, signal);
  return { root, tree: folderTree(root, git?.top, limits), ...(git === undefined ? {} : { git }) };
}

/** The files below a folder, as a tree. */
export function folderTree(root: string, top: string | undefined, limits: TreeLimits = defaultTreeLimits): SourceTree {
  let listing: Promise<Listing> | undefined;
  async function listed(signal: AbortSignal): Promise<Listing> {
    listing ??= listFiles(root, top, { limits, signal });
    try {
      return await listing;
    } catch (error) {
      listing = undefined;
      throw error;
    }
  }
  return {
    revision: 'worktree',
    list: async (path, signal) => filesWithin((await listed(signal)).files, path),
    leftOut: async (path, signal) => filesWithin((await listed(signal)).leftOut, path),
    read: (file, signal) => readInside(root, file, { limits, signal }),
  };
}

interface Listing {
  readonly files: readonly SourceFile[];
  readonly leftOut: readonly LeftOut[];
}

interface ListContext {
  readonly limits: TreeLimits;
  readonly signal: AbortSignal;
}

async function listFiles(root: string, top: string | undefined, context: ListContext): Promise<Listing> {
  const known = top === undefined ? [] : await listKnownToGit(root, context);
  // an ignored folder may be given as PATH: then everything in it is meant
  const entries = known.some(isFile) ? known : await walk(root, context);
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const files = sorted.filter(isFile);
  // where a folder has taken the place of a committed file, Git still knows the file; a submodule has nothing that Git lists
  const leftOut = sorted.filter((entry) => 'kind' in entry).filter(({ kind, path }) => kind !== 'submodule' || filesWithin(files, path).length === 0);
  return { files, leftOut };
}

type Entry = SourceFile | LeftOut;

function isFile(entry: Entry): entry is SourceFile {
  return 'size' in entry;
}

/** Committed, staged and new files, without the ignored ones. */
async function listKnownToGit(root: string, { limits, signal }: ListContext): Promise<readonly Entry[]> {
  const git = createWorkTreeGit(root);
  const output = await git(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', '.'], { signal, deadline: limits.deadline });
  const entries: Entry[] = [];
  for (const path of output.toString('utf8').split('\0')) {
    if (path === '') continue;
    // a repository inside that is not committed stands as `folder/`
    const found = entryAt(root, path.replace(/\/$/, ''));
    if (found !== undefined) entries.push(found);
    checkCount(entries, limits);
  }
  return entries;
}

async function walk(root: string, { limits, signal }: ListContext): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== '.git') folders.push(path);
      const found = entry.isDirectory() ? undefined : entryAt(root, path);
      if (found !== undefined) entries.push(found);
      checkCount(entries, limits);
    }
  }
  return entries;
}

function checkCount(files: readonly Entry[], limits: TreeLimits): void {
  if (files.length > limits.files) throw new SourceError('tooLarge', `the folder has more than ${limits.files} files`);
}

function statsOf(path: string, read: (path: string, options: { readonly throwIfNoEntry: false }) => Stats | undefined): Stats | undefined {
  try {
    return read(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Undefined for devices and their like, and for what has just gone. A folder that Git lists as one entry is a submodule. */
function entryAt(root: string, path: string): Entry | undefined {
  const found = statsOf(join(root, path), lstatSync);
  if (found?.isFile() === true) return { path, size: found.size };
  if (found?.isDirectory() === true) return { path, kind: 'submodule' };
  if (found?.isSymbolicLink() !== true) return undefined;
  return { path, kind: statsOf(join(root, path), statSync)?.isDirectory() === true ? 'linkedFolder' : 'link' };
}

/** Where a folder leads to; undefined where it is gone. */
function placeOf(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}

function openFile(path: string, name: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new SourceError('absent', `${name} cannot be read`, { cause: error });
  }
}

/** Folders are read by commands, which have nothing else to do meanwhile: five turns of the event loop for each small file take longer than the file. */
async function readInside(root: string, file: SourceFile, { limits, signal }: ListContext): Promise<Uint8Array> {
  signal.throwIfAborted();
  const path = join(root, file.path);
  // a link anywhere on the way could lead out of the root
  if (placeOf(dirname(path)) !== dirname(path) || !isInside(root, path)) throw new SourceError('absent', `${file.path} is not a file inside the repository`);
  const descriptor = openFile(path, file.path);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new SourceError('absent', `${file.path} is not a regular file`);
    if (found.size > limits.fileBytes) throw new SourceError('tooLarge', `${file.path} is larger than ${limits.fileBytes} bytes`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

async function findGit(root: string, signal: AbortSignal): Promise<WorkTree['git']> {
  const git = createWorkTreeGit(root);
  const run = { signal, deadline: 10_000 };
  try {
    // two programs at once: one that printed both would leave open which line feed is part of a path
    const asked = [['--show-toplevel'], ['--path-format=absolute', '--git-common-dir']].map(async (what) => (await git(['rev-parse', ...what], run)).toString('utf8').trimEnd());
    const [top = '', common = ''] = await Promise.all(asked);
    if (top === '') return undefined;
    // one file and no includes: another file's content is none of our business
    const listing = await git(['config', '--file', join(common, 'config'), '--no-includes', '-z', '--get-regexp', '^remote\\..*\\.url$'], run).catch(noRemotes);
    const remotes = listing.toString('utf8').split('\0').map((entry) => entry.slice(entry.indexOf('\n') + 1)).filter((url) => url !== '');
    return { top, prefix: relative(top, root).split(sep).join('/'), remotes };
  } catch (error) {
    // no work tree, or no git on this machine: a folder is a folder
    if (isSourceError(error)) return undefined;
    throw error;
  }
}

/** `git config` fails where nothing matches. */
function noRemotes(error: unknown): Buffer {
  if (isSourceError(error)) return Buffer.alloc(0);
  throw error;
}
