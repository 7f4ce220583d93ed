import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder of bare clones: PRELUDE_CACHE_DIR, or the user's cache (XDG base directories). */
export function gitCacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const own = environment['PRELUDE_CACHE_DIR'] ?? '';
  if (own !== '') return join(own, 'git');
  const user = environment['XDG_CACHE_HOME'] ?? '';
  return join(user === '' ? join(homedir(), '.cache') : user, 'prelude', 'git');
}
