import { errors } from 'undici';

/** Where every address of a host was tried, the error is several, and only its code says something. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  return error.message || ('code' in error && typeof error.code === 'string' ? error.code : error.name);
}

/** The connection was there and ended before the answer did; which happens to idle ones, at the very moment they are used. */
export function isBroken(error: unknown): boolean {
  if (error instanceof errors.SocketError || error instanceof errors.ResponseContentLengthMismatchError) return true;
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
