import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A folder that is shipped with the program. It lies beside package.json, in the checkout and in the bundle alike.
 * @param path from there, with slashes
 */
export function shippedFolder(path: string): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, path))) return join(folder, path);
  }
  throw new Error(`the folder ${path} is missing from this installation`);
}
