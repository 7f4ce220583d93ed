import { open } from 'node:fs/promises';
import type { Clock } from '../lib/clock.ts';
import { createHttpClient } from '../lib/http-client.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { OwnMeans } from '../provider/contract.ts';
import { ProviderError } from '../provider/provider-error.ts';

/** Tokens and certificates are mounted there; nothing of the kind is larger. */
const largestFile = 64 * 1024;

/** What Prelude proves its own identity with: the files of its pod, and the metadata service of the machine it runs on. */
export function createOwnMeans(clock: Clock): { readonly own: OwnMeans; readonly close: () => Promise<void> } {
  const http = createHttpClient({ clock, allowLoopback: true, allowMetadata: true });
  return { own: { file: readOwnFile, http: http.request }, close: () => http.close() };
}

/** Paths come from the process's own environment, never from a store: they may be told. */
async function readOwnFile(path: string): Promise<SecretBytes> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largestFile + 1), 0, largestFile + 1, 0);
    if (bytesRead <= largestFile) return new SecretBytes(buffer.subarray(0, bytesRead));
  } catch {
    throw new ProviderError('invalid', `Prelude's own identity needs the file ${path}, which cannot be read`);
  }
  throw new ProviderError('invalid', `Prelude's own identity needs the file ${path}, which has more than ${largestFile / 1024} KiB`);
}
