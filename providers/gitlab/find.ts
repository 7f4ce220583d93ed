import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { GitlabApi, Owner, Variable } from './api.ts';
import { isAny } from './scope.ts';

export interface SearchedOwners {
  readonly api: GitlabApi;
  /** The nearest last. */
  readonly owners: readonly Owner[];
  /** The store's own; absent: all. */
  readonly environment: string | undefined;
}

/** The only tag that there is, as upstream. */
const scopeTag = 'environment_scope';

/** Variables whose names match, and that are for the environment. What is nearer to the project counts, and of one owner what is for the environment alone. */
export async function findVariables({ api, owners, environment }: SearchedOwners, { name, path, tags }: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  if (path !== undefined) throw new ProviderError('unsupported', 'find.path: names of variables of GitLab have no paths');
  const wanted = environmentOf(tags, environment);
  const found = new Map<string, FoundValue>();
  for (const owner of owners) {
    const { variables } = await api.variables(owner, signal);
    const fitting = variables.filter(({ key, environment_scope: scope }) => (isAny(scope) || isAny(wanted) || scope === wanted) && (name?.matches(key) ?? true));
    // those for one environment last: they take the place of those for all
    for (const one of fitting.toSorted((a, b) => Number(isAny(b.environment_scope)) - Number(isAny(a.environment_scope)))) found.set(one.key, foundOf(one));
  }
  return [...found.values()];
}

function foundOf({ key, value }: Variable): FoundValue {
  if (typeof value !== 'string') throw new ProviderError('denied', `GitLab shows the value of the hidden variable ${key} to nobody; narrow the search`);
  return { key, value: SecretBytes.fromUtf8(value) };
}

function environmentOf(tags: FindQuery['tags'], environment: string | undefined): string | undefined {
  if (tags === undefined) return environment;
  if (Object.keys(tags).some((tag) => tag !== scopeTag)) throw new ProviderError('unsupported', `find.tags: variables of GitLab have no tags; only ${scopeTag} is taken as one`);
  const scope = tags[scopeTag];
  if (!isAny(environment) && !isAny(scope)) throw new ProviderError('invalid', `find.tags: the store says the environment already, so ${scopeTag} cannot`);
  return scope ?? environment;
}
