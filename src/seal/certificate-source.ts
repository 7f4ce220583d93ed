import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FetchLimits } from './fetch-certificate.ts';
import { SealError } from './seal-error.ts';

/** Whether `--cert` names a file: one letter before a colon is a drive of Windows. */
function isFile(source: string): boolean {
  return !/^[A-Za-z][A-Za-z0-9+.-]+:/.test(source);
}

/**
 * The text of a certificate, from a file or a URL (`https:`, `http:`, `file:`).
 * @throws SealError; the signal's reason
 */
export async function loadCertificate(source: string, limits: FetchLimits, signal: AbortSignal): Promise<string> {
  if (isFile(source)) return await readCertificate(source, source);
  const url = URL.parse(source);
  if (url === null) throw new SealError(`${JSON.stringify(source)} is neither a file nor a URL`);
  if (url.protocol === 'file:') return await readCertificate(fileURLToPath(url), source);
  const { fetchCertificate } = await import('./fetch-certificate.ts');
  return await fetchCertificate(source, limits, signal);
}

async function readCertificate(path: string, source: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new SealError(`open ${source}: ${readFailure(error)}`);
  }
}

/** Why a file cannot be read, in the words that Go has for it. */
export function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
  return new Map([['ENOENT', 'no such file or directory'], ['EACCES', 'permission denied'], ['EISDIR', 'is a directory'], ['ENOTDIR', 'not a directory']]).get(code) ?? code;
}
