import { lstatSync, mkdirSync } from 'node:fs';
import { constants, enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps what V8 has compiled for the next start, in the user's cache. What lies there is run, so the folder must be the user's own and
 * nobody else's to write; where it is not, or cannot be, nothing is kept. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE go before.
 * @param uid of the user; undefined where users have none
 * @returns whether anything is kept from now on
 */
export function keepCompiled(environment: Readonly<Record<string, string | undefined>>, uid: number | undefined): boolean {
  if (environment['NODE_COMPILE_CACHE'] !== undefined || environment['NODE_DISABLE_COMPILE_CACHE'] !== undefined || uid === undefined) return false;
  try {
    const folder = join(cacheFolder(environment), 'compiled');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) return false;
    return enableCompileCache(folder).status === constants.compileCacheStatus.ENABLED;
  } catch {
    // a home that is read-only, or is not there: the program starts all the same
    return false;
  }
}

/** PRELUDE_CACHE_DIR, or the user's cache (XDG base directories). */
function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const own = environment['PRELUDE_CACHE_DIR'] ?? '';
  if (own !== '') return own;
  const user = environment['XDG_CACHE_HOME'] ?? '';
  return join(user === '' ? join(homedir(), '.cache') : user, 'prelude');
}
