import type { ProviderError } from '../../src/provider/provider-error.ts';
import type { Variable } from './api.ts';
import { ambiguous } from './api.ts';

/** The scope of a variable that is for all environments. */
export const anyScope = '*';

/** Whether this names no one environment. */
export function isAny(scope: string | null | undefined): boolean {
  return scope === undefined || scope === null || scope === '' || scope === anyScope;
}

/**
 * Which variable a name means, as GitLab has it where it is asked for one: in an environment the variable of just that scope, or else the one
 * for all; with no environment said, whichever there is.
 * @returns the error where there are several then; undefined where there is none
 */
export function pickVariable(variables: readonly Variable[], key: string, environment: string | undefined): Variable | ProviderError | undefined {
  const named = variables.filter((one) => one.key === key);
  if (environment === undefined) return named.length > 1 ? ambiguous(key) : named[0];
  return named.find(({ environment_scope: scope }) => (scope ?? anyScope) === environment) ?? named.find(({ environment_scope: scope }) => isAny(scope));
}
