import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFailure } from './certificate-source.ts';
import { SealError } from './seal-error.ts';

const skipped = new Set(['node_modules', '.git']);

/** Whether a file may hold manifests, by its name. */
export function isManifestFile(path: string): boolean {
  return /\.(ya?ml|json)$/i.test(path);
}

/**
 * The files that may hold manifests below paths, in order: those that are named, whatever their names, and below folders those that end
 * like YAML and JSON. Links are not followed, and hidden folders are looked into: a Secret is no better for being there.
 * @throws SealError where a path cannot be read
 */
export async function findManifestFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const entry = await lstat(path).catch((error: unknown) => {
        throw new SealError(`open ${path}: ${readFailure(error)}`);
      });
      return entry.isDirectory() ? await below(path) : [path];
    }),
  );
  return [...new Set(found.flat())];
}

async function below(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) found.push(...(await below(path)));
    else if (entry.isFile() && isManifestFile(entry.name)) found.push(path);
  }
  return found;
}
