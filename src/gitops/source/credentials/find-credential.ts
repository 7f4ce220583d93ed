import { hasMeans, type RepositoryCredential } from './repository-credential.ts';
import { liesWithin, placeOf } from './repository-place.ts';

/**
 * The credential for a repository, as Argo CD chooses it: of a Secret for just this repository, and where that says nothing of how to ask, or
 * there is none, of the Secret with the longest prefix. Host keys of the former hold in any case.
 */
export function findCredential(all: Iterable<RepositoryCredential>, url: string): RepositoryCredential | undefined {
  const place = placeOf(url);
  if (place === undefined) return undefined;
  const fitting = [...all].filter((one) => liesWithin(place, one.place)).toSorted(bestFirst);
  const own = fitting.find(({ scope, place: { path } }) => scope === 'repository' && path === place.path);
  if (own !== undefined && (own.problem !== undefined || hasMeans(own))) return own;
  const prefix = fitting.find(({ scope }) => scope === 'prefix');
  if (own === undefined || prefix === undefined) return own ?? prefix;
  return { ...prefix, ...(own.knownHosts === undefined ? {} : { knownHosts: own.knownHosts }) };
}

/** Longest first; of two for the same place always the same one, whatever order they came in. */
function bestFirst(a: RepositoryCredential, b: RepositoryCredential): number {
  return b.place.path.length - a.place.path.length || (a.name < b.name ? -1 : 1);
}
