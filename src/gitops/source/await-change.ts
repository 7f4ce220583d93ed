import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/sleep.ts';
import { createFolderEvents } from './folder-events.ts';
import { createGitRepository, type GitOptions } from './git-repository.ts';
import { isAddress, splitAddress } from './home.ts';
import { isSourceError } from './source-error.ts';
import { filesWithin } from './tree-limits.ts';
import { openWorkTree, type WorkTree } from './work-tree.ts';

export interface AwaitChangeOptions {
  /** For places that are addresses. */
  readonly git: GitOptions;
  /** Branch, tag or commit of the first place, where that is an address. */
  readonly revision?: string;
  /** A folder that whoever waits writes himself: nothing in it is a change, wherever it lies. */
  readonly recordedIn?: string;
  readonly clock: Clock;
}

/** Milliseconds between two looks at a server, and for an editor to be done with its files. */
const pollInterval = 5_000;
const settling = 200;

/**
 * Waits until one of several places is another than it was at the call: a folder, with all that Git does not ignore in it, or the address of
 * a repository.
 * @returns the place
 * @throws SourceError where a place is not there at the call; the signal's reason
 */
export async function awaitChange(places: readonly string[], options: AwaitChangeOptions, signal: AbortSignal): Promise<string> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  try {
    return await Promise.race(places.map((place, index) => (isAddress(place) ? addressChanges(place, index === 0 ? options.revision : undefined, options, until) : folderChanges(place, options, until))));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort(new DOMException('another place has changed', 'AbortError'));
  }
}

/** Only asks what the revision stands for: the clone is at that moment being filled by whoever reads the place. */
async function addressChanges(place: string, revision: string | undefined, { git, clock }: AwaitChangeOptions, signal: AbortSignal): Promise<string> {
  const meant = splitAddress(place, revision);
  const repository = createGitRepository(meant.url, git);
  const look = async (): Promise<string | undefined> => {
    try {
      return await repository.poll(meant.revision, signal);
    } catch (error) {
      // a server that is away for a while has not changed
      if (!isSourceError(error, 'unavailable')) throw error;
      return undefined;
    }
  };
  // away from the start, it was away for whoever reads the place, too: its first answer is news
  const before = await look();
  for (;;) {
    await sleep(clock, pollInterval, signal);
    const now = await look();
    if (now !== undefined && now !== before) return place;
  }
}

async function folderChanges(place: string, { clock, recordedIn }: AwaitChangeOptions, signal: AbortSignal): Promise<string> {
  const opened = await openWorkTree(place, signal);
  const { root } = opened;
  const recorded = recordedIn === undefined ? undefined : relative(root, await realPathOf(resolve(recordedIn))).split(sep).join('/');
  // for a place that lies in it all would be left out
  const isRecorded = (path: string): boolean => recorded !== undefined && recorded !== '' && (path === recorded || path.startsWith(`${recorded}/`));
  const before = await stateOf(opened, isRecorded, signal);
  const files = await opened.tree.list('', signal);
  // Git touches its own files when it only looks; and what is installed is many folders, most often none that Git knows
  const isLeftOut = (path: string): boolean => isRecorded(path) || basename(path) === '.git' || (basename(path) === 'node_modules' && filesWithin(files, path).length === 0);
  const events = createFolderEvents(root, { clock, isLeftOut });
  try {
    for (;;) {
      await events.next(signal);
      await sleep(clock, settling, signal);
      if ((await stateOf(await openWorkTree(place, signal), isRecorded, signal)) !== before) return place;
    }
  } finally {
    events.close();
  }
}

/** Without links, also of what is not there yet. */
async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(async () => (dirname(path) === path ? path : join(await realPathOf(dirname(path)), basename(path))));
}

/** What would be read there, by the times at which it was written. */
async function stateOf({ root, tree }: WorkTree, isRecorded: (path: string) => boolean, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, size } of await tree.list('', signal)) {
    if (isRecorded(path)) continue;
    // a file may go while we look
    const found = await lstat(join(root, path)).catch(() => undefined);
    hash.update(JSON.stringify([path, size, found?.mtimeMs ?? 0]));
  }
  return hash.digest('hex');
}
