import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

/** A certificate and its key, PEM. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Where a mounted Secret of type kubernetes.io/tls has its two files. */
function filesIn(folder: string): readonly [cert: string, key: string] {
  return [join(folder, 'tls.crt'), join(folder, 'tls.key')];
}

/**
 * Reads the pair, and sees that its halves belong together.
 * @throws Error that names the folder, and quotes nothing
 */
export async function readKeyPair(folder: string): Promise<KeyPair> {
  const [certFile, keyFile] = filesIn(folder);
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no certificate and key that belong together';
    throw new Error(`tls.crt and tls.key in ${folder} cannot be used: ${code}`, { cause: error });
  }
}

/** What differs whenever one of the files was written or replaced; undefined where one is missing just now. */
export async function keyPairVersion(folder: string): Promise<string | undefined> {
  try {
    const facts = await Promise.all(filesIn(folder).map((file) => stat(file)));
    return facts.map(({ ino, mtimeMs, size }) => `${ino}/${mtimeMs}/${size}`).join(' ');
  } catch {
    return undefined;
  }
}
