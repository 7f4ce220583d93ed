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
  if (!isAddress(place)) {
    if (options.revision !== undefined) throw new SourceError('invalid', 'a revision needs a Git URL: a folder is read as it is on disk');
    return openFolder(place, signal);
  }
  const { url, revision } = splitAddress(place, options.revision);
  if (options.git === undefined) throw new SourceError('elsewhere', `${redactUrl(url)} is not read offline; give a folder`);
  const tree = await createGitRepository(url, options.git).tree(revision, signal);
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

/**
 * The URL of an address with or without `?ref=`, and the revision that is meant: `HEAD` where neither says.
 * @throws SourceError `invalid` where the two disagree, or anything else is asked for
 */
export function splitAddress(place: string, revision: string | undefined): { readonly url: string; readonly revision: string } {
  const query = place.indexOf('?');
  if (query < 0) return { url: place, revision: revision ?? 'HEAD' };
  const parameters = new URLSearchParams(place.slice(query + 1));
  const ref = parameters.get('ref');
  if (ref === null || parameters.size !== 1) throw new SourceError('invalid', 'the only parameter a Git URL takes is ?ref=');
  if (revision !== undefined && ref !== revision) throw new SourceError('invalid', '?ref= and the revision disagree');
  return { url: place.slice(0, query), revision: ref };
}
