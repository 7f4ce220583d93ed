import { type Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { fileError, isAbsence } from './errors.ts';
import { checkKey } from './file-key.ts';
import { isBelow, readFileBelow } from './safe-open.ts';

/** How many directories deep a search goes. */
const deepest = 16;
/** How many names a search looks at. */
const mostNames = 10_000;
/** Bytes of all that is found: more than any Secret can be made of. */
const most = 16 * 1024 * 1024;

/**
 * The files below a path whose names match, each with its value. Links are followed as long as they stay in the directory; what the kubelet
 * names with two dots in front is its own way of renewing a volume, and is no name of a file.
 * @param root the directory's real path
 * @throws ProviderError: `unsupported` for tags, `invalid` where there is too much
 */
export async function findFiles(root: string, { path = '', name, tags }: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  if (tags !== undefined) throw new ProviderError('unsupported', 'find.tags: files have no tags');
  const start = path.replace(/\/+$/, '');
  const keys: string[] = [];
  let seen = 0;
  for await (const key of filesBelow(root, start === '' ? '' : checkKey(start), [])) {
    signal.throwIfAborted();
    seen += 1;
    if (seen > mostNames) throw new ProviderError('invalid', `the search looks at more than ${mostNames} files; narrow it by find.path`);
    if (name?.matches(key) ?? true) keys.push(key);
  }
  return readAll(root, keys.toSorted(), signal);
}

async function readAll(root: string, keys: readonly string[], signal: AbortSignal): Promise<readonly FoundValue[]> {
  const found: FoundValue[] = [];
  let size = 0;
  for (const key of keys) {
    signal.throwIfAborted();
    const content = await readFileBelow(root, key).catch((error: unknown) => {
      throw fileError(error, JSON.stringify(key));
    });
    // gone between the two looks: it is not there
    if (content === undefined) continue;
    size += content.value.size;
    if (size > most) throw new ProviderError('invalid', `the files found have more than ${most / 1024 / 1024} MiB; narrow the search`);
    found.push({ key, ...content });
  }
  return found;
}

/** The keys of all files below a key that leads to a directory. @param above the real paths of the directories on the way: none is entered within itself */
async function* filesBelow(root: string, key: string, above: readonly string[]): AsyncGenerator<string> {
  if (above.length > deepest) throw new ProviderError('invalid', `the directory has more than ${deepest} levels; narrow the search by find.path`);
  const path = await realpath(join(root, key)).catch((error: unknown) => absence(error, key));
  if (path === undefined || above.includes(path)) return;
  if (!isBelow(root, path)) throw new ProviderError('denied', `${JSON.stringify(key)} leads out of the directory of the store`);
  const directory = await opendir(path).catch((error: unknown) => absence(error, key));
  if (directory === undefined) return;
  for await (const entry of directory) {
    if (entry.name.startsWith('..')) continue;
    const below = key === '' ? entry.name : `${key}/${entry.name}`;
    const kind = await kindOf(entry, join(path, entry.name));
    if (kind === 'directory') yield* filesBelow(root, below, [...above, path]);
    else if (kind === 'file') yield below;
  }
}

/** What an entry is, or leads to; a device, a socket or a link to nothing is nothing to find. */
async function kindOf(entry: Dirent, path: string): Promise<'file' | 'directory' | undefined> {
  const found = entry.isSymbolicLink() ? await stat(path).catch((error: unknown) => absence(error, entry.name)) : entry;
  if (found?.isDirectory() === true) return 'directory';
  return found?.isFile() === true ? 'file' : undefined;
}

function absence(error: unknown, key: string): undefined {
  if (!isAbsence(error)) throw fileError(error, key === '' ? 'the directory of the store' : JSON.stringify(key));
}
