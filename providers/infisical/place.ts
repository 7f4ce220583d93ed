import { posix } from 'node:path';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** Where one secret is. */
export interface SecretPlace {
  /** `/` or `/a/b`. */
  readonly folder: string;
  readonly name: string;
}

/**
 * What a key means: `name` in the folder of the store, `below/name` in one below it, `/a/name` in any folder of the environment.
 * @throws ProviderError `invalid` where it leads nowhere
 */
export function placeOf(key: string, storeFolder: string): SecretPlace {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const folders = parts.slice(0, -1);
  const isAbsolute = folders[0] === '';
  if ([...folders.slice(isAbsolute ? 1 : 0), name].some((part) => part === '' || part === '.' || part === '..')) {
    throw new ProviderError('invalid', `the key ${JSON.stringify(key.slice(0, 200))} cannot be a secret: a key is a name, or folders and a name with / between them`);
  }
  return { folder: isAbsolute ? posix.join('/', ...folders) : posix.join(storeFolder, ...folders), name };
}
