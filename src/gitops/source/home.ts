import { createGitRepository, type GitOptions } from './git-repository.ts';
import { normaliseGitUrl, redactUrl } from './git-url.ts';
import { SourceError } from './source-error.ts';
import type { SourceTree } from './source-tree.ts';
import { folderTree, openWorkTree } from './work-tree.ts';

/** The repository that a command was given as PATH or URL: where Applications are looked for, and what `.` means. */
export interface Home {
  /** As the person named it, without credentials. */
  readonly label: string;
  readonly tree: SourceTree;
  /** Where the home lies in the repository whose addresses are `addresses`; empty for its top. */
  readonly prefix: string;
  /** The whole repository; the same as `tree` where the prefix is empty. */
  readonly whole: SourceTree;
  /** Normalised addresses (`normaliseGitUrl`) under which Applications name this repository. */
  readonly addresses: ReadonlySet<string>;
}

export interface HomeOptions {
  /** Branch, tag or commit of a Git URL. */
  readonly revision?: string;
  /** Absent: nothing may be fetched. */
  readonly git?: GitOptions;
}

/**
 * Opens a folder, or a Git URL with `?ref=` or a revision.
 * @throws SourceError
 */
export async function openHome(place: string, options: HomeOptions, signal: AbortSignal): Promise<Home> {
  const { url, ref } = splitRef(place);
  if (url === undefined) {
    if (options.revision !== undefined) throw new SourceError('invalid', 'a revision needs a Git URL: a folder is read as it is on disk');
    return openFolder(place, signal);
  }
  if (ref !== undefined && options.revision !== undefined && ref !== options.revision) throw new SourceError('invalid', '?ref= and the revision disagree');
  if (options.git === undefined) throw new SourceError('elsewhere', `${redactUrl(url)} is not read offline; give a folder`);
  const tree = await createGitRepository(url, options.git).tree(options.revision ?? ref ?? 'HEAD', signal);
  const address = normaliseGitUrl(url);
  return { label: redactUrl(url), tree, prefix: '', whole: tree, addresses: new Set(address === undefined ? [] : [address]) };
}

async function openFolder(path: string, signal: AbortSignal): Promise<Home> {
  const { tree, git } = await openWorkTree(path, signal);
  const addresses = new Set((git?.remotes ?? []).flatMap((remote) => normaliseGitUrl(remote) ?? []));
  const prefix = git?.prefix ?? '';
  const whole = git === undefined || prefix === '' ? tree : folderTree(git.top, git.top);
  return { label: path, tree, prefix, whole, addresses };
}

/** Whether a place is the address of a repository: one with `://`, or an scp-like one; all else is a folder. */
export function isAddress(place: string): boolean {
  return place.includes('://') || /^[^/\s@]+@[^/\s:]+:/.test(place);
}

function splitRef(place: string): { readonly url?: string; readonly ref?: string } {
  if (!isAddress(place)) return {};
  const query = place.indexOf('?');
  if (query < 0) return { url: place };
  const parameters = new URLSearchParams(place.slice(query + 1));
  const ref = parameters.get('ref');
  if (ref === null || parameters.size !== 1) throw new SourceError('invalid', 'the only parameter a Git URL takes is ?ref=');
  return { url: place.slice(0, query), ref };
}
