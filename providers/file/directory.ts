import { opendir, realpath } from 'node:fs/promises';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { fileError, isAbsence } from './errors.ts';
import { isBelow } from './safe-open.ts';

const what = 'the directory of the store';

/**
 * The real path of a store's directory, looked up for every call: it may be mounted, moved or linked elsewhere while the controller runs.
 * @param roots what the operator allows
 * @throws ProviderError: `denied` where it is not allowed; `unavailable` where it is not there, or empty
 */
export async function openDirectory(path: string, roots: readonly string[]): Promise<string> {
  if (roots.length === 0) throw new ProviderError('denied', 'no directory may be read: start Prelude with --file-provider-root DIR');
  try {
    const allowed = await Promise.all(roots.map((root) => realpath(root).catch(absence)));
    const real = await realpath(path).catch(absence);
    if (real === undefined) throw new ProviderError('unavailable', `${what} is not there; is its volume mounted?`);
    if (!allowed.some((root) => root !== undefined && isBelow(root, real))) throw new ProviderError('denied', `${what} is not below a --file-provider-root`);
    // where a volume is not mounted there is an empty directory: that must not count as every value's end
    if (await isEmpty(real)) throw new ProviderError('unavailable', `${what} is empty; is its volume mounted?`);
    return real;
  } catch (error) {
    throw fileError(error, what);
  }
}

async function isEmpty(path: string): Promise<boolean> {
  const directory = await opendir(path);
  try {
    return (await directory.read()) === null;
  } finally {
    await directory.close();
  }
}

function absence(error: unknown): undefined {
  if (!isAbsence(error)) throw error;
}
