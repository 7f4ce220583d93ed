import { ProviderError } from '../../src/provider/provider-error.ts';

/** What the system calls the failure; undefined for what is none of the system's. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the system says that there is no such file: a part of its path is not there, or is a file itself. */
export function isAbsence(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * Translates what the system said.
 * @param what names it for messages: `"tls/key"`, or `the directory of the store`
 */
export function fileError(error: unknown, what: string): unknown {
  if (error instanceof ProviderError) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  if (code === 'EACCES' || code === 'EPERM') return new ProviderError('denied', `${what} may not be read by the controller (${code})`);
  if (code === 'ENAMETOOLONG') return new ProviderError('invalid', `${what} cannot be the name of a file: it is too long`);
  return new ProviderError('unavailable', `${what} cannot be read (${code})`);
}
