import { armor, Decrypter, Encrypter } from 'age-encryption';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { BackupSecrets } from './backup-secrets.ts';
import { FieldReader } from './field-reader.ts';
import { readManifests } from './manifest.ts';
import { printManifest } from './print-manifest.ts';
import { SealError } from './seal-error.ts';

/** A sealing key's Secret, as it is kept and restored. */
export interface KeySecret {
  readonly name: string;
  readonly namespace: string;
  /** Says among others whether the key is active. */
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly certificatePem: string;
  readonly keyPem: SecretBytes;
}

/** For whom a backup is: recipients of age (`age1…`, `age1pq1…`), or a passphrase and nobody else. */
export type BackupFor = { readonly recipients: readonly string[] } | ByPassphrase;

interface ByPassphrase {
  readonly passphrase: string;
  /** Of scrypt, as a power of two: what a guess costs. age's own where absent, which is a second or so. */
  readonly workFactor?: number;
}

/** Fewer characters are guessed. */
const shortestPassphrase = 12;

/**
 * Makes a backup of keys: their Secrets in YAML, one document each, which `kubectl apply` takes and kubeseal reads once age has decrypted
 * it. Armored, so that it may stand in a file of text.
 * @throws SealError for what is no recipient, a passphrase that is too short, or nothing to back up
 */
export async function createBackup(keys: readonly KeySecret[], to: BackupFor): Promise<string> {
  if (keys.length === 0) throw new SealError('there is no key to back up');
  const encrypter = encrypterFor(to);
  const documents = await Promise.all(keys.map((key) => printManifest(secretOf(key), 'yaml')));
  return `${armor.encode(await encrypter.encrypt(documents.join(''))).trimEnd()}\n`;
}

/** Reads the keys of a backup. @throws SealError where it cannot be decrypted, or holds something else; quotes nothing */
export async function readBackup(file: Uint8Array, secrets: BackupSecrets, where: string): Promise<readonly KeySecret[]> {
  const plain = await decryptBackup(file, secrets, where);
  return readManifests(plain, where).map(({ value, lineOf }) => keyOf(FieldReader.of(value, (path) => `${where}:${lineOf(path)}`)));
}

/** Decrypts a file of age, armored or not. @throws SealError */
export async function decryptBackup(file: Uint8Array, { identities, passphrase }: BackupSecrets, where: string): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  try {
    for (const identity of identities) decrypter.addIdentity(identity);
    if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  } catch {
    // the library's words quote the identity
    throw new SealError('an age identity cannot be read: it begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1');
  }
  try {
    const text = Buffer.from(file).toString('latin1');
    return await decrypter.decrypt(text.trimStart().startsWith('-----BEGIN') ? armor.decode(text.trim()) : file);
  } catch {
    throw new SealError(`${where} cannot be decrypted: none of the identities and passphrases given is one of those it was encrypted for, or it is damaged`);
  }
}

/** The identities in a file of age's own: one a line, `#` before comments. */
export function readIdentities(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

function encrypterFor(to: BackupFor): Encrypter {
  const encrypter = new Encrypter();
  if ('passphrase' in to) {
    if (to.passphrase.length < shortestPassphrase) throw new SealError(`the passphrase has fewer than ${shortestPassphrase} characters: whoever has the backup would guess it`);
    encrypter.setPassphrase(to.passphrase);
    if (to.workFactor !== undefined) encrypter.setScryptWorkFactor(to.workFactor);
    return encrypter;
  }
  if (to.recipients.length === 0) throw new SealError('a backup needs a recipient (age1…) or a passphrase');
  for (const recipient of to.recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw new SealError(`${recipient.startsWith('AGE-SECRET-KEY') ? 'a private identity was given where a recipient is due: that one' : 'a recipient'} begins with age1`);
    }
  }
  return encrypter;
}

function secretOf({ name, namespace, labels, annotations, certificatePem, keyPem }: KeySecret): Parameters<typeof printManifest>[0] {
  const data = { 'tls.crt': Buffer.from(certificatePem).toString('base64'), 'tls.key': Buffer.from(keyPem.reveal()).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, ...(labels.size === 0 ? {} : { labels }), ...(annotations.size === 0 ? {} : { annotations }) }, type: 'kubernetes.io/tls', data };
}

function keyOf(secret: FieldReader): KeySecret {
  const [metadata, data] = [secret.within('metadata'), secret.textMap('data')];
  const [certificate, key] = [data.get('tls.crt'), data.get('tls.key')];
  if (secret.text('kind') !== 'Secret' || metadata === undefined || certificate === undefined || key === undefined) throw secret.problem([], 'is not the Secret of a sealing key');
  return {
    name: metadata.text('name') ?? '',
    namespace: metadata.text('namespace') ?? '',
    labels: metadata.textMap('labels'),
    annotations: metadata.textMap('annotations'),
    certificatePem: Buffer.from(certificate, 'base64').toString('utf8'),
    keyPem: new SecretBytes(Buffer.from(key, 'base64')),
  };
}
