import { posix } from 'node:path';
import { YamlError } from '../../../lib/yaml-error.ts';
import type { Origin, Problem } from '../../plan/plan.ts';
import type { SourceFile, SourceTree } from '../../source/source-tree.ts';
import { isLfsPointer, lfsProblem } from '../../source/lfs-pointer.ts';
import { inFolder, isWithin } from '../../source/tree-limits.ts';
import { leftOutProblems } from '../left-out-problems.ts';
import { readTreeFiles } from '../read-tree-files.ts';
import { kustomizationFiles } from '../tool-files.ts';
import { type KustomizationEntry, readKustomization } from './kustomization-entries.ts';

/** Every file that a kustomization can reach, by its path in the repository; or what is wrong with it. */
export interface Gathered {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly problems: readonly Problem[];
}

/** Kustomizations of one source, and bytes of all their folders. */
const mostFolders = 200;
const mostBytes = 64 << 20;

/** Anything that kustomize might take for a repository, whether or not there is a folder of that name. */
const remote = /:|\/\/|\?|@|^gh:|^(www\.)?(github|gitlab|bitbucket)\.(com|org)(\/|$)|\.git(\/|$)|(^|\/)_git(\/|$)/i;

/**
 * Collects a kustomization and the bases it leads to, all of the same repository. Whatever it names must be a file or folder there: kustomize
 * itself would fetch what it does not find.
 */
export async function gatherKustomization(tree: SourceTree, start: string, signal: AbortSignal): Promise<Gathered> {
  const gathering: Gathering = { tree, files: new Map(), problems: [], bytes: 0 };
  const waiting = [start];
  const seen = new Set(waiting);
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    const bases = await gatherFolder(gathering, folder, signal);
    for (const base of bases) {
      if (seen.has(base)) continue;
      seen.add(base);
      if (seen.size > mostFolders) return { files: new Map(), problems: [{ severity: 'error', message: `it leads to more than ${mostFolders} other kustomizations`, origin: { file: start, line: 1 } }] };
      waiting.push(base);
    }
  }
  return gathering;
}

interface Gathering {
  readonly tree: SourceTree;
  readonly files: Map<string, Uint8Array>;
  readonly problems: Problem[];
  bytes: number;
}

/** @returns the folders that it names */
async function gatherFolder(gathering: Gathering, folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const { tree, files, problems } = gathering;
  const listed = (await tree.list(folder, signal)).filter(({ path }) => isWithin(path, folder));
  const markers = listed.filter(({ path }) => kustomizationFiles.some((name) => path === inFolder(folder, name)));
  const [marker] = markers;
  if (marker === undefined || markers.length > 1) {
    problems.push({ severity: 'error', message: marker === undefined ? 'is not a kustomization: there is no kustomization.yaml' : 'has more than one kustomization file', origin: { file: marker?.path ?? folder, line: 1 } });
    return [];
  }
  const fresh = listed.filter(({ path }) => !files.has(path));
  gathering.bytes += fresh.reduce((sum, { size }) => sum + size, 0);
  if (gathering.bytes > mostBytes) {
    problems.push({ severity: 'error', message: `with its bases the kustomization is larger than ${mostBytes} bytes`, origin: { file: marker.path, line: 1 } });
    return [];
  }
  problems.push(...leftOutProblems(await tree.leftOut(folder, signal)));
  const read = await readTreeFiles(tree, fresh, signal);
  problems.push(...read.problems);
  for (const { path, data } of read.files) {
    if (isLfsPointer(data)) problems.push({ severity: 'error', message: lfsProblem, origin: { file: path, line: 1 } });
    files.set(path, data);
  }
  const content = files.get(marker.path);
  return content === undefined ? [] : checkEntries(gathering, { folder, marker, content }, signal);
}

interface Kustomization {
  readonly folder: string;
  readonly marker: SourceFile;
  readonly content: Uint8Array;
}

async function checkEntries({ tree, problems }: Gathering, { folder, marker, content }: Kustomization, signal: AbortSignal): Promise<readonly string[]> {
  const at = (line: number): Origin => ({ file: marker.path, line });
  try {
    const { entries, refused } = readKustomization(content);
    for (const { field, line, message } of refused) problems.push({ severity: 'error', message, path: field, origin: at(line) });
    const folders: string[] = [];
    for (const entry of entries) {
      const found = await find(tree, folder, entry, signal);
      if (found.kind === 'folder') folders.push(found.path);
      else if (found.kind === 'refused') problems.push({ severity: 'error', message: found.message, path: entry.field, origin: at(entry.line) });
    }
    return folders;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    problems.push({ severity: 'error', message: `not valid YAML: ${error.problem} (column ${error.column})`, origin: at(error.line) });
    return [];
  }
}

type Found = { readonly kind: 'file' } | { readonly kind: 'folder'; readonly path: string } | { readonly kind: 'refused'; readonly message: string };

async function find(tree: SourceTree, folder: string, { text }: KustomizationEntry, signal: AbortSignal): Promise<Found> {
  if (remote.test(text)) return { kind: 'refused', message: 'is, or may be taken for, a URL: nothing is fetched; commit the base, and name it by its path' };
  const path = posix.normalize(posix.join(folder, text)).replace(/\/$/, '');
  if (text.startsWith('/') || path === '..' || path.startsWith('../')) return { kind: 'refused', message: 'leads out of the repository' };
  const inTree = path === '.' ? '' : path;
  const listed = (await tree.list(inTree, signal)).filter((file) => isWithin(file.path, inTree));
  if (listed.some((file) => file.path === inTree)) return isWithin(inTree, folder) ? { kind: 'file' } : { kind: 'refused', message: 'is a file outside of this folder, which kustomize does not read; make a base of its folder' };
  return listed.length > 0 ? { kind: 'folder', path: inTree } : { kind: 'refused', message: 'is neither a file nor a folder of the repository' };
}
