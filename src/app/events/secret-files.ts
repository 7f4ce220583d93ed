import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { SecretFile } from '../../provider/notice-source.ts';
import { ProviderError } from '../../provider/provider-error.ts';

/** Keys and tokens: nothing of the kind is larger. */
const largest = 64 * 1024;
/** Milliseconds that a file is not read again: a mounted Secret takes a minute to change anyway. */
const kept = 10_000;

/** Reads secrets of sources from files, anew when they may have changed. */
export function createSecretFiles(folder: string | undefined, clock: Pick<Clock, 'monotonic'>): (reference: SecretFile) => Promise<SecretBytes> {
  const read = new Map<string, { readonly at: number; readonly secret: Promise<SecretBytes> }>();
  return async (reference) => {
    const path = pathOf(reference, folder);
    const known = read.get(path);
    if (known !== undefined && clock.monotonic() - known.at < kept) return known.secret;
    const secret = readSecret(path);
    read.set(path, { at: clock.monotonic(), secret });
    return secret;
  };
}

function pathOf(reference: SecretFile, folder: string | undefined): string {
  if ('file' in reference) return reference.file;
  if (folder === undefined) throw new ProviderError('invalid', `key ${reference.key} is named, and secretsFolder is not set`);
  return join(folder, reference.key);
}

async function readSecret(path: string): Promise<SecretBytes> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largest + 1), 0, largest + 1, 0);
    const content = trimmed(buffer.subarray(0, bytesRead));
    if (bytesRead <= largest && content.length > 0) return new SecretBytes(content);
  } catch {
    throw new ProviderError('invalid', `the file ${path} cannot be read`);
  }
  throw new ProviderError('invalid', `the file ${path} is empty, or has more than ${largest / 1024} KiB`);
}

/** Editors leave a line break at the end; no key of a source begins or ends with white space. */
function trimmed(content: Buffer): Buffer {
  let from = 0;
  let to = content.length;
  while (from < to && isSpace(content[from])) from += 1;
  while (to > from && isSpace(content[to - 1])) to -= 1;
  return content.subarray(from, to);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
