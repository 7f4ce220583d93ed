import { compileGlob, type Glob } from '../../lib/glob.ts';
import { readAddress, readPattern } from './repository-address.ts';

/** Whether a project lets its Applications read a repository, by its address as the Application writes it. */
export type AllowsRepository = (repoURL: string) => boolean;

/** The repository that a command was given. The controller knows none of that name and refuses it. */
const atHand = '.';

/**
 * Compiles `sourceRepos`: some pattern allows the address, and none that begins with `!` takes it away. `*` stays within one step of the path,
 * `**` crosses, and `*` alone is everything, as in Argo CD. Stricter than there: a pattern allows only the very path, by case too, and takes it
 * away in whatever spelling; an address that does not say plainly which repository it is, is allowed by `*` alone.
 */
export function compileRepositories(patterns: readonly string[]): AllowsRepository {
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!'));
  const isAll = allowed.includes('*');
  const hits = allowed.map((pattern) => globOf(readPattern(pattern).whole));
  const takers = patterns.flatMap((pattern) => (pattern.startsWith('!') ? [globOf(readPattern(pattern.slice(1)).place)] : []));
  return (repoURL) => {
    if (repoURL === atHand) return true;
    const address = readAddress(repoURL);
    if (address === undefined) return isAll && takers.length === 0;
    if (takers.some((takes) => address.places.some((place) => takes(place)))) return false;
    return isAll || hits.some((hit) => hit(address.whole));
  };
}

/** A pattern that is no glob was refused as the project was parsed. */
function globOf(pattern: string): Glob {
  return compileGlob(pattern, '/') ?? (() => false);
}
