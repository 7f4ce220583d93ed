import { ProviderError } from '../../src/provider/provider-error.ts';

/** Characters: more than any path below a volume has. */
const longest = 1024;

/**
 * A key as a path below the store's directory.
 * @throws ProviderError `invalid` for what could lead elsewhere
 */
export function checkKey(key: string): string {
  const parts = key.split('/');
  const problem = key.length > longest ? `has more than ${longest} characters` : key.startsWith('/') ? 'is absolute' : parts.includes('..') ? 'has .. in it' : key.includes('\0') ? 'has a NUL in it' : parts.some((part) => part === '' || part === '.') ? 'has an empty part, or . in it' : undefined;
  if (problem === undefined) return key;
  throw new ProviderError('invalid', `${JSON.stringify(key.slice(0, 100))} ${problem}: a key is the path of a file below the directory of the store`);
}
