import { createHash } from 'node:crypto';
import { lstat, watch } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/sleep.ts';
import type { GitOptions } from './git-repository.ts';
import { isAddress, openHome } from './home.ts';
import { isSourceError } from './source-error.ts';
import { openWorkTree } from './work-tree.ts';

export interface AwaitChangeOptions {
  /** For places that are addresses. */
  readonly git: GitOptions;
  /** Branch, tag or commit of the first place, where that is an address. */
  readonly revision?: string;
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
    return await Promise.race(places.map((place, index) => (isAddress(place) ? addressChanges(place, index === 0 ? options : { ...options, revision: undefined }, until) : folderChanges(place, options.clock, until))));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort(new DOMException('another place has changed', 'AbortError'));
  }
}

async function addressChanges(place: string, { git, revision, clock }: Omit<AwaitChangeOptions, 'revision'> & { readonly revision?: string | undefined }, signal: AbortSignal): Promise<string> {
  const look = async (): Promise<string> => (await openHome(place, { git, ...(revision === undefined ? {} : { revision }) }, signal)).tree.revision;
  const before = await look();
  for (;;) {
    await sleep(clock, pollInterval, signal);
    try {
      if ((await look()) !== before) return place;
    } catch (error) {
      // a server that is away for a while has not changed
      if (!isSourceError(error, 'unavailable')) throw error;
    }
  }
}

async function folderChanges(place: string, clock: Clock, signal: AbortSignal): Promise<string> {
  const before = await stateOf(place, signal);
  const { root } = await openWorkTree(place, signal);
  for await (const { filename } of watch(root, { recursive: true, signal })) {
    // Git touches its own files when it only looks
    if (filename?.split(/[/\\]/)[0] === '.git') continue;
    await sleep(clock, settling, signal);
    if ((await stateOf(place, signal)) !== before) return place;
  }
  signal.throwIfAborted();
  return place;
}

/** What would be read there, by the times at which it was written. */
async function stateOf(place: string, signal: AbortSignal): Promise<string> {
  const { root, tree } = await openWorkTree(place, signal);
  const hash = createHash('sha256');
  for (const { path, size } of await tree.list('', signal)) {
    // a file may go while we look
    const found = await lstat(join(root, path)).catch(() => undefined);
    hash.update(JSON.stringify([path, size, found?.mtimeMs ?? 0]));
  }
  return hash.digest('hex');
}
