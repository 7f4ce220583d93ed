import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface WriteAtomicallyOptions {
  /** Of a file that is new; one that is there keeps what it has. 0o644 by default. */
  readonly mode?: number;
}

/**
 * Writes a file whole or not at all: beside it first, flushed to the disk, then in its place. A link is followed; what is no file (a
 * pipe, a terminal) is written to.
 */
export async function writeAtomically(path: string, content: string | Uint8Array, { mode = 0o644 }: WriteAtomicallyOptions = {}): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => undefined);
  if (before !== undefined && !before.isFile()) return await writeFile(target, content);
  const beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.chmod(before === undefined ? mode : before.mode & 0o777);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
