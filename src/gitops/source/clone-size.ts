import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/sleep.ts';
import { SourceError } from './source-error.ts';

/** Milliseconds between two looks at a folder that grows. */
const lookEvery = 250;

/** Bytes of all files below a folder; what comes or goes meanwhile may be left out. */
async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(entries.map(async (entry) => (entry.isFile() ? await stat(join(entry.parentPath, entry.name)).then(({ size }) => size, () => 0) : 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface Bound {
  /** Bytes. */
  readonly most: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Looks at a folder until the signal aborts. True as soon as it holds more than it may. */
async function watch(folder: string, { most, clock, signal }: Bound): Promise<boolean> {
  while (!signal.aborted) {
    await sleep(clock, lookEvery, signal).catch(() => {});
    if (!signal.aborted && (await folderSize(folder)) > most) return true;
  }
  return false;
}

/**
 * Runs what fills a folder, and ends it once the folder holds more than it may: Git itself has no bound for what a server sends, and one
 * repository must not take the disk of all others.
 * @throws SourceError `tooLarge`; whatever `fill` throws
 */
export async function withinSize(folder: string, { most, clock, signal }: Bound, fill: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const tooLarge = new SourceError('tooLarge', `the repository is larger than ${most} bytes`);
  const full = new AbortController();
  const filled = new AbortController();
  const watching = watch(folder, { most, clock, signal: filled.signal }).then((isFull) => (isFull ? full.abort(tooLarge) : undefined));
  try {
    await fill(AbortSignal.any([signal, full.signal]));
  } finally {
    filled.abort(new DOMException('filled', 'AbortError'));
    await watching;
  }
  // a small disk is filled between two looks
  if ((await folderSize(folder)) > most) throw tooLarge;
}
