import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { codeOf, isAbsence } from './errors.ts';

/** Bytes: a Kubernetes Secret holds no more. */
const largest = 1024 * 1024;
/** How often a file is opened anew that moved or changed meanwhile. */
const mostTries = 5;

/** A file as it was at one moment. */
export interface FileContent {
  readonly value: SecretBytes;
  readonly version: string;
}

type Opened<T> = { readonly kind: 'found'; readonly found: T } | { readonly kind: 'absent' | 'moved' };

/**
 * The content of a file below a directory; undefined where there is none.
 * @param root the directory's real path
 * @throws ProviderError: `denied` for one that lies elsewhere, `invalid` for what is no file or too large, `unavailable` where it changes all the time
 */
export function readFileBelow(root: string, key: string): Promise<FileContent | undefined> {
  return whenStill(root, key, async (file, stats) => {
    const value = new SecretBytes(await contentOf(file, key));
    // written while it was read: neither the old value nor the new one
    return versionOf(await file.stat({ bigint: true })) === versionOf(stats) ? { value, version: versionOf(stats) } : undefined;
  });
}

/** What `readFileBelow` would call the file's version; undefined where there is none. */
export function versionBelow(root: string, key: string): Promise<string | undefined> {
  return whenStill(root, key, async (_, stats) => versionOf(stats));
}

/** Every write and every replacement moves the change time, which nobody can set; two files never share a number at once. */
function versionOf({ ino, ctimeNs, size }: BigIntStats): string {
  return [ino, ctimeNs, size].map((part) => part.toString(36)).join('-');
}

/** Opens a file and uses it. A volume that the kubelet renews moves its files: what is gone has to be gone twice. */
async function whenStill<T>(root: string, key: string, use: (file: FileHandle, stats: BigIntStats) => Promise<T | undefined>): Promise<T | undefined> {
  let gone = 0;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const opened = await openBelow(root, key, use);
    if (opened.kind === 'found') return opened.found;
    gone = opened.kind === 'absent' ? gone + 1 : 0;
    if (gone === 2) return undefined;
  }
  throw new ProviderError('unavailable', `${JSON.stringify(key)} changes all the time`);
}

async function openBelow<T>(root: string, key: string, use: (file: FileHandle, stats: BigIntStats) => Promise<T | undefined>): Promise<Opened<T>> {
  const path = await realpath(join(root, key)).catch(absence);
  if (path === undefined) return { kind: 'absent' };
  refuseOutside(root, path, key);
  // opening a device may do something already
  if ((await lstat(path).catch(absence))?.isFile() === false) throw new ProviderError('invalid', `${JSON.stringify(key)} is not a regular file`);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(replaced);
  if (file === undefined) return { kind: 'moved' };
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new ProviderError('invalid', `${JSON.stringify(key)} is not a regular file`);
    if (!(await isStillThere(file, { root, key, path, stats }))) return { kind: 'moved' };
    const found = await use(file, stats);
    return found === undefined ? { kind: 'moved' } : { kind: 'found', found };
  } finally {
    await file.close();
  }
}

/** Whether what was opened is what was looked at: a directory on the way may have become a link since, to anywhere. */
async function isStillThere(file: FileHandle, { root, key, path, stats }: { readonly root: string; readonly key: string; readonly path: string; readonly stats: BigIntStats }): Promise<boolean> {
  const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(absence);
  if (opened !== undefined) {
    if (opened !== path && !opened.endsWith(' (deleted)')) refuseOutside(root, opened, key);
    return opened === path;
  }
  // a system that does not tell where an open file lies
  const again = await realpath(path).catch(absence);
  const there = await lstat(path, { bigint: true }).catch(absence);
  return again === path && there?.ino === stats.ino && there.dev === stats.dev;
}

function refuseOutside(root: string, path: string, key: string): void {
  if (!isBelow(root, path)) throw new ProviderError('denied', `${JSON.stringify(key)} leads out of the directory of the store`);
}

/** Whether a real path is a directory's own, or lies below it. */
export function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Reads no more than a value may have, however long the file is or becomes. */
async function contentOf(file: FileHandle, key: string): Promise<Uint8Array> {
  const buffer = new Uint8Array(largest + 1);
  let size = 0;
  while (size < buffer.length) {
    const { bytesRead } = await file.read(buffer, size, buffer.length - size);
    if (bytesRead === 0) return buffer.slice(0, size);
    size += bytesRead;
  }
  throw new ProviderError('invalid', `${JSON.stringify(key)} has more than ${largest / 1024 / 1024} MiB; a Kubernetes Secret holds no more`);
}

function absence(error: unknown): undefined {
  if (!isAbsence(error)) throw error;
}

/** It was there a moment ago; a link now, or nothing. */
function replaced(error: unknown): undefined {
  if (!isAbsence(error) && codeOf(error) !== 'ELOOP') throw error;
}
