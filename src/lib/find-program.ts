import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Where a program is, by its name in a list of folders as PATH has it: so that it can be run without a PATH, and starts no other by itself.
 * @returns undefined where there is none
 */
export async function findProgram(name: string, path = process.env['PATH'] ?? ''): Promise<string | undefined> {
  // a relative folder means another program in each working directory
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, name);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
