import { readFile } from 'node:fs/promises';
import type { BackupSecrets } from '../seal/backup-secrets.ts';
import { readIdentities } from '../seal/key-backup.ts';

/** Reads what opens a backup of sealing keys: files of age identities, and a file with a passphrase. */
export async function readBackupSecrets(identities: readonly string[], passphraseFile?: string): Promise<BackupSecrets> {
  const texts = await Promise.all(identities.map((path) => readFile(path, 'utf8')));
  return { identities: texts.flatMap(readIdentities), ...(passphraseFile === undefined ? {} : { passphrase: await readFirstLine(passphraseFile) }) };
}

/** The first line of a file with a passphrase or a password: an editor's newline is no part of it. */
export async function readFirstLine(file: string): Promise<string> {
  return ((await readFile(file, 'utf8')).split('\n')[0] ?? '').replace(/\r$/, '');
}
