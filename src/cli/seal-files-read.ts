import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { loadCertificate, readFailure } from '../seal/certificate-source.ts';
import type { KeyRing } from '../seal/key-ring.ts';
import type { BackupSecrets } from '../seal/backup-secrets.ts';
import { readKeyRing } from '../seal/read-key-ring.ts';
import { SealError } from '../seal/seal-error.ts';
import { type OpeningKey, readSealingCertificate, type SealingCertificate } from '../seal/sealing-key.ts';
import type { Io } from './io.ts';
import type { KeyFlags } from './seal-options.ts';

/** A certificate with the name that its outputs go by: that of its file. */
export interface NamedCertificate {
  readonly name: string;
  readonly certificate: SealingCertificate;
}

/** @throws SealError */
export async function readCertificates(sources: readonly string[], io: Io, signal: AbortSignal): Promise<readonly NamedCertificate[]> {
  return await Promise.all(
    sources.map(async (source) => ({
      name: basename(source).replace(/\.[^.]*$/, ''),
      certificate: readSealingCertificate(await loadCertificate(source, { env: io.env }, signal), source),
    })),
  );
}

/** The keys of files, opened with age's identities or a passphrase where they are a backup. @throws SealError */
export async function readKeys({ keys, identity, passphraseFile }: KeyFlags, io: Io): Promise<KeyRing<OpeningKey>> {
  return await readKeyRing(keys, identity.length === 0 && passphraseFile === undefined ? undefined : await secretsOf(identity, passphraseFile, io));
}

async function secretsOf(files: readonly string[], passphraseFile: string | undefined, io: Io): Promise<BackupSecrets> {
  const { readIdentities } = await import('../seal/key-backup.ts');
  const identities = (await Promise.all(files.map(async (file) => readIdentities((await readBytes(file, io)).toString('utf8'))))).flat();
  if (passphraseFile === undefined) return { identities };
  return { identities, passphrase: (await readBytes(passphraseFile, io)).toString('utf8').replace(/\r?\n$/, '') };
}

/** A file, or standard input for `-`. @throws SealError */
export async function readBytes(path: string, io: Io): Promise<Buffer> {
  if (path === '-') return Buffer.from((await io.stdin?.()) ?? []);
  return await readFile(path).catch((error: unknown) => {
    throw new SealError(`open ${path}: ${readFailure(error)}`);
  });
}
