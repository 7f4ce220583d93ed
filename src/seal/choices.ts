import { type Scope, scopes } from './scope.ts';
import { SealError } from './seal-error.ts';

/** @throws SealError in kubeseal's words */
export function parseScope(text: string | undefined): Scope | undefined {
  if (text === undefined || text === '') return undefined;
  const scope = scopes.find((one) => one === text);
  if (scope === undefined) throw new SealError('must be one of: strict, namespace-wide, cluster-wide');
  return scope;
}

/** JSON where nothing is said, as in kubeseal. @throws SealError in its words */
export function parseFormat(text = 'json'): 'json' | 'yaml' {
  const format = text.toLowerCase();
  if (format === '' || format === 'json') return 'json';
  if (format !== 'yaml') throw new SealError(`unsupported output format: ${text}`);
  return format;
}
