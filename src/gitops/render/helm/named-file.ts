import { posix } from 'node:path';
import { isLfsPointer, lfsProblem } from '../../source/lfs-pointer.ts';
import { isSourceError } from '../../source/source-error.ts';
import type { SourceTree } from '../../source/source-tree.ts';
import type { RenderInput } from '../renderer.ts';

/** A file that a source names for its values. `missing`: it is not there; `refused`: it never can be. */
export type NamedFile =
  | { readonly kind: 'read'; readonly path: string; readonly data: Uint8Array }
  | { readonly kind: 'missing' | 'refused'; readonly message: string };

/**
 * Reads a file as Argo CD finds it: `$ref/…` at the root of the source with that ref, `/…` at the root of the source's own repository, anything
 * else relative to the source's path. Nothing leads out of a repository.
 */
export async function readNamedFile(name: string, { tree, path, lent }: Pick<RenderInput, 'tree' | 'path' | 'lent'>, signal: AbortSignal): Promise<NamedFile> {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(name)) return refused('is a URL, and nothing is fetched; commit the file');
  const borrowed = /^\$([A-Za-z0-9_-]+)(?:\/(.*))?$/s.exec(name);
  if (borrowed === null) {
    const inTree = posix.normalize(name.startsWith('/') ? `.${name}` : posix.join(path, name));
    return readIn(tree, inTree, signal);
  }
  const [, ref = '', rest = ''] = borrowed;
  const from = lent.get(ref);
  if (from === undefined) return refused(`no source has the ref "${ref}"`);
  return rest === '' ? refused('names no file; write $ref/path') : readIn(from, posix.normalize(`./${rest}`), signal);
}

async function readIn(tree: SourceTree, path: string, signal: AbortSignal): Promise<NamedFile> {
  if (path === '..' || path.startsWith('../')) return refused('leads out of the repository');
  const file = (await tree.list(path, signal)).find((one) => one.path === path);
  if (file === undefined) {
    const [link] = await tree.leftOut(path, signal);
    if (link?.path === path) return refused('is a symbolic link, which is not followed; commit the file itself');
    return { kind: 'missing', message: /[*?[{]/.test(path) ? 'there is no such file in the repository; patterns are not supported, name each file' : 'there is no such file in the repository' };
  }
  try {
    const data = await tree.read(file, signal);
    return isLfsPointer(data) ? refused(lfsProblem) : { kind: 'read', path, data };
  } catch (error) {
    if (!isSourceError(error, 'tooLarge', 'absent')) throw error;
    return refused(error.message);
  }
}

function refused(message: string): NamedFile {
  return { kind: 'refused', message };
}
