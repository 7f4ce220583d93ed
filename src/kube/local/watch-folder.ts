import { type FSWatcher, watch } from 'node:fs';
import { join, sep } from 'node:path';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { ObjectFolder } from './object-folder.ts';

export interface WatchFolderOptions {
  readonly folder: ObjectFolder;
  readonly clock: Clock;
  /** Something may have happened to this file. */
  readonly onFile: (file: string) => void;
  /** Something may have happened anywhere below this folder; the empty path is all of it. */
  readonly onFolder: (under: string) => void;
}

/** Editors write in several steps; a moment later they are done. */
const settleMs = 100;
/** How often everything is looked at where the system has no watches left to give. */
const pollMs = 5_000;

/**
 * Tells of changes below a folder, our own writes included. Each folder is watched by itself: Node's recursive watch
 * holds a watch for every single file on Linux.
 * @returns the function that ends it
 */
export function watchFolder(options: WatchFolderOptions): () => void {
  const watchers = new Map<string, FSWatcher>();
  const touched = new Set<string>();
  const { folder, clock } = options;
  let timer: Cancel | undefined;
  let poll: Cancel | undefined;

  function touch(path: string): void {
    touched.add(path);
    timer ??= clock.after(settleMs, flush);
  }

  function flush(): void {
    timer = undefined;
    const paths = [...touched];
    touched.clear();
    for (const path of paths) {
      if (folder.placeOf(path) !== undefined) options.onFile(path);
      else if (!path.includes(`${sep}.`) && path.split(sep).length <= 2) lookBelow(path);
    }
  }

  /** A folder has come, gone or changed: what is in it by now must not be missed. */
  function lookBelow(path: string): void {
    followFolders();
    options.onFolder(path);
  }

  function followFolders(): void {
    const present = new Set(folder.folders());
    for (const [path, watcher] of watchers) {
      if (present.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of present) if (!watchers.has(path) && poll === undefined) follow(path);
  }

  function follow(path: string): void {
    try {
      const watcher = watch(join(folder.dir, path), { persistent: false }, (_event, name) => touch(name === null ? path : join(path, name)));
      watcher.on('error', startPolling);
      watchers.set(path, watcher);
    } catch {
      // gone again, or no watches left: polling sees the same, later
      startPolling();
    }
  }

  function startPolling(): void {
    poll ??= clock.after(pollMs, () => {
      poll = undefined;
      lookBelow('');
    });
  }

  followFolders();
  return () => {
    timer?.();
    poll?.();
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
}
