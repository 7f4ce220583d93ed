import { HttpError } from './http.ts';

/** Node's and OpenSSL's codes for certificates that are not trusted, or not for this host. */
const untrusted = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/;
/** What undici says of headers, methods and paths that cannot be sent; its own words would quote them. */
const unsendable = new Set(['UND_ERR_INVALID_ARG', 'ERR_INVALID_CHAR', 'ERR_HTTP_INVALID_HEADER_VALUE', 'ERR_INVALID_ARG_TYPE']);

/** Translates what a request failed with, in our own words: those of libraries may hold a header or a path. */
export function httpErrorOf(error: unknown, host: string): HttpError {
  const ours = chainOf(error).find((link) => link instanceof HttpError);
  if (ours !== undefined) return ours;
  const code = codeOf(error);
  if (code !== undefined && unsendable.has(code)) return new HttpError('invalid', `no request to ${host} can be made of these headers and this URL`);
  if (code !== undefined && untrusted.test(code)) return new HttpError('unreachable', `the certificate of ${host} is not trusted (${code})`);
  return new HttpError('unreachable', `${host} cannot be reached${code === undefined ? '' : ` (${code})`}`);
}

/** An error with its causes, and those that it gathers: one for each address that was tried. */
function chainOf(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [];
  const gathered = error instanceof AggregateError ? error.errors.flatMap(chainOf) : [];
  return [error, ...gathered, ...chainOf(error.cause)];
}

function codeOf(error: unknown): string | undefined {
  const codes = chainOf(error).flatMap((link) => ('code' in link && typeof link.code === 'string' ? [link.code] : []));
  // the first of the system or of OpenSSL says more than the library's own
  return codes.find((code) => /^[A-Z][A-Z0-9_]{2,60}$/.test(code) && !code.startsWith('UND_ERR_')) ?? codes.find((code) => /^UND_ERR_[A-Z_]{2,40}$/.test(code));
}
