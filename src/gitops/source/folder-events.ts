import { lstatSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/sleep.ts';
import { untilCalled } from '../../lib/until-called.ts';

/** Tells when to look at a folder. */
export interface FolderEvents {
  /** Until something below the folder may have changed since the last answer; the first answer comes at once. @throws the signal's reason */
  readonly next: (signal: AbortSignal) => Promise<void>;
  readonly close: () => void;
}

/** Hears of the entries of one folder, not of those below. Returns how to stop. @throws where the system has no watch for it */
export type WatchFolder = (folder: string, onChange: (name: string | null) => void, onError: (error: Error) => void) => () => void;

export interface FolderEventsOptions {
  readonly clock: Clock;
  /** What is not watched: paths below the folder, with slashes. */
  readonly isLeftOut: (path: string) => boolean;
  /** Absent: the system's own. */
  readonly watch?: WatchFolder;
}

/** Milliseconds between two answers where the system has no watches left. */
const pollInterval = 2_000;

const systemWatch: WatchFolder = (folder, onChange, onError) => {
  const watcher = watch(folder, (_type, name) => onChange(name));
  watcher.on('error', onError);
  return () => watcher.close();
};

/**
 * Watches a folder and all below it, folder by folder: Node's own `recursive` takes a watch for each file, keeps quiet where there is none
 * left for it, and later ends the process for the same reason.
 */
export function createFolderEvents(root: string, { clock, isLeftOut, watch: watchOne = systemWatch }: FolderEventsOptions): FolderEvents {
  const stops = new Map<string, () => void>();
  let isNews = true;
  let isPolled = false;
  let call = (): void => {};

  function tell(): void {
    isNews = true;
    call();
  }

  /** Stops watching a folder and those below it. */
  function leave(path: string): void {
    for (const [folder, stop] of [...stops]) {
      if (folder !== path && path !== '' && !folder.startsWith(`${path}/`)) continue;
      stops.delete(folder);
      stop();
    }
  }

  function poll(): void {
    isPolled = true;
    leave('');
    tell();
  }

  function enter(folder: string): void {
    if (isPolled || isLeftOut(folder)) return;
    try {
      if (!lstatSync(join(root, folder)).isDirectory()) return;
      stops.set(folder, watchOne(join(root, folder), (name) => hear(folder, name), poll));
      for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) if (entry.isDirectory()) enter(below(folder, entry.name));
    } catch (error) {
      // a folder may go while we look; any other reason is the system's, and holds for the next folder as well
      if (!isOut(error)) poll();
    }
  }

  function hear(folder: string, name: string | null): void {
    const path = name === null ? folder : below(folder, name);
    if (isLeftOut(path)) return;
    // what has that name now may be another folder than what had it
    if (path !== folder) {
      leave(path);
      enter(path);
    }
    tell();
  }

  enter('');
  return {
    next: async (signal) => {
      if (!isNews) await (isPolled ? sleep(clock, pollInterval, signal) : untilCalled(listen, signal));
      isNews = false;
    },
    close: () => leave(''),
  };

  function listen(told: () => void): () => void {
    call = told;
    return () => {
      call = () => {};
    };
  }
}

function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** A folder that is gone, is none, or may not be read. */
function isOut(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(String(error.code));
}
