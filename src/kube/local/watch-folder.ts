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

interface Watched {
  readonly watcher: FSWatcher;
  readonly identity: string;
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
  const watched = new Map<string, Watched>();
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
    const present = folder.folders();
    // one that was removed and made again is another one, which the old watch does not see
    for (const [path, { identity }] of watched) if (present.get(path) !== identity) drop(path);
    for (const [path, identity] of present) if (!watched.has(path) && poll === undefined) follow(path, identity);
  }

  function follow(path: string, identity: string): void {
    try {
      const watcher = watch(join(folder.dir, path), { persistent: false }, (_event, name) => touch(name === null ? path : join(path, name)));
      watcher.on('error', () => {
        drop(path);
        startPolling();
      });
      watched.set(path, { watcher, identity });
    } catch {
      // gone again, or no watches left: polling sees the same, later
      startPolling();
    }
  }

  function drop(path: string): void {
    watched.get(path)?.watcher.close();
    watched.delete(path);
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
    for (const path of [...watched.keys()]) drop(path);
  };
}
