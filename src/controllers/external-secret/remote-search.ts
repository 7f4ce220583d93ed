import type { FindSource } from '../../api/external-secret-spec.ts';
import type { NamePattern } from '../../provider/contract.ts';
import type { ChangeNotice, StorePlace } from '../../provider/change-notice.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { namePattern } from '../../secret/name-pattern.ts';
import type { SourceUsage } from './credential-index.ts';

/** A `find` of an ExternalSecret, as far as names say whom it finds. */
export interface RemoteSearch {
  readonly path: string;
  /** Absent: any name. */
  readonly name?: NameTest;
}

interface NameTest {
  readonly source: string;
  readonly matches: (name: string) => boolean;
}

/** What a `find` looks for. Its tags say nothing here: notices bring none. */
export function remoteSearch({ path = '', name }: FindSource): RemoteSearch {
  return { path, ...(name === undefined ? {} : { name: nameTest(name) }) };
}

/** Compiled when it is needed first, and anew once it has taken as much as one query may. What does not compile finds nothing. */
function nameTest(source: string): NameTest {
  let pattern: NamePattern | ProviderError | undefined;
  return {
    source,
    matches: (name) => {
      pattern ??= namePattern(source);
      if (pattern instanceof ProviderError) return false;
      try {
        return pattern.matches(name);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        pattern = undefined;
        return true;
      }
    },
  };
}

/** Searches of all objects that look for the same in the same store are one. */
export function searchId(provider: string, { kind, name, namespace }: SourceUsage, search: RemoteSearch): string {
  return JSON.stringify([provider, kind, name, kind === 'ClusterSecretStore' ? '' : namespace, search.path, search.name?.source ?? null]);
}

/** Whether the search might find what has changed. Where a provider's own rules are narrower, a read too many is all that comes of it. */
export function searchMatches({ path, name }: RemoteSearch, { foundAs = (key) => [key] }: StorePlace, { keys, under }: ChangeNotice): boolean {
  const below = trimmed(path);
  const isBelow = (found: string): boolean => trimmed(found).startsWith(below);
  if (under !== undefined && (trimmed(under).startsWith(below) || below.startsWith(trimmed(under)))) return true;
  return keys.flatMap(foundAs).some((found) => isBelow(found) && (name === undefined || namesIn(found, below).some(name.matches)));
}

/** What patterns may be compared with: the whole name, and what follows the path. */
function namesIn(found: string, below: string): readonly string[] {
  const rest = trimmed(trimmed(found).slice(below.length));
  return rest === '' || rest === found ? [found] : [found, rest];
}

function trimmed(path: string): string {
  return path.replace(/^\/+/, '');
}
