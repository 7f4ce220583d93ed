import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { FindQuery, FoundValue } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { InfisicalApi, InfisicalSecret } from './api.ts';
import { withoutValue } from './api.ts';
import type { SecretsScope } from './config.ts';
import type { SecretReader } from './secret-reader.ts';

export interface SearchedScope {
  readonly api: InfisicalApi;
  readonly reader: SecretReader;
  readonly scope: SecretsScope;
}

/** Infisical answers with nothing for folders and environments that are not there: a secret of this name tells whether they are. */
const probe = 'PRELUDE_PROBE';

/** Secrets whose names match, in folders whose path begins as `path` does, by their names alone, as upstream. Of several of one name the one in the folder that is nearest counts. */
export async function findSecrets({ api, reader, scope }: SearchedScope, { name, path, tags }: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  if (tags !== undefined) throw new ProviderError('unsupported', 'find.tags: Infisical is not searched by tags');
  const listed = await api.list(scope.path, { isRecursive: scope.isRecursive }, signal);
  if (listed.length === 0) await requireFolder({ api, reader, scope }, signal);
  const fitting = listed.filter(({ secretKey, secretPath }) => (name?.matches(secretKey) ?? true) && (path === undefined || (secretPath ?? scope.path).startsWith(path)));
  const found = new Map<string, FoundValue>();
  for (const secret of fitting.toSorted((a, b) => depthOf(a, scope) - depthOf(b, scope))) if (!found.has(secret.secretKey)) found.set(secret.secretKey, foundOf(secret));
  return [...found.values()];
}

function depthOf({ secretPath }: InfisicalSecret, scope: SecretsScope): number {
  return (secretPath ?? scope.path).split('/').length;
}

function foundOf({ secretKey: key, secretValue, secretValueHidden, version }: InfisicalSecret): FoundValue {
  if (secretValueHidden === true) throw new ProviderError('denied', `Infisical lets the identity know that there is the secret ${key}, and not its value; narrow the search`);
  if (typeof secretValue !== 'string') throw withoutValue();
  return { key, value: SecretBytes.fromUtf8(secretValue), ...(typeof version === 'number' ? { version: String(version) } : {}) };
}

async function requireFolder({ api, reader, scope: { path: folder } }: SearchedScope, signal: AbortSignal): Promise<void> {
  const place = { folder, name: probe };
  if ((await api.secret(place, { imports: 'left out' }, signal)) !== 'nothing') return;
  await reader.requireEnvironment(place, signal);
  throw new ProviderError('invalid', `Infisical has no folder ${folder}; check secretsScope.secretsPath`);
}
