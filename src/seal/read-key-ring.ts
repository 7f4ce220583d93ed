import { readFile } from 'node:fs/promises';
import type { BackupSecrets } from './backup-secrets.ts';
import { readFailure } from './certificate-source.ts';
import { readOpeningKeys } from './key-file.ts';
import { KeyRing } from './key-ring.ts';
import { SealError } from './seal-error.ts';
import type { OpeningKey } from './sealing-key.ts';

export type { BackupSecrets } from './backup-secrets.ts';

/**
 * The private keys of files, each once.
 * @param secrets opens backups that age has encrypted; absent where there is nothing to open them with
 * @throws SealError where there is no key, or a file cannot be read
 */
export async function readKeyRing(files: readonly string[], secrets?: BackupSecrets): Promise<KeyRing<OpeningKey>> {
  const keys = (await Promise.all(files.map((file) => readKeys(file, secrets)))).flat();
  const distinct = new Map(keys.map((key) => [key.certificate.fingerprint, key]));
  if (distinct.size === 0) throw new SealError('there is no private key to open with: name a file with --recovery-private-key or --keys');
  return new KeyRing([...distinct.values()]);
}

async function readKeys(file: string, secrets: BackupSecrets | undefined): Promise<readonly OpeningKey[]> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new SealError(`open ${file}: ${readFailure(error)}`);
  });
  return await readOpeningKeys(bytes, file, async (sealed, where) => {
    if (secrets === undefined) throw new SealError(`${where} is encrypted by age: its identity or passphrase is needed (--identity, --passphrase-file)`);
    const { decryptBackup } = await import('./key-backup.ts');
    return await decryptBackup(sealed, secrets, where);
  });
}
