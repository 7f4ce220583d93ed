import { FieldReader } from './field-reader.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { SealError } from './seal-error.ts';
import { openingKey, type OpeningKey, readPrivateKey, readSealingKey } from './sealing-key.ts';

/** Takes an age-encrypted file apart. @throws SealError */
export type Decrypt = (file: Uint8Array, where: string) => Promise<Uint8Array>;

const ageHeaders = ['age-encryption.org/', '-----BEGIN AGE ENCRYPTED FILE-----'];

/** Whether a file is encrypted by age. */
export function isAgeFile(file: Uint8Array): boolean {
  const start = Buffer.from(file.subarray(0, 64)).toString('latin1').trimStart();
  return ageHeaders.some((header) => start.startsWith(header));
}

/**
 * Reads the private keys of a file: PEM, a sealing key's Secret, several of them, a List, or a backup of these that age has encrypted.
 * @throws SealError where there is none, or one cannot be read; quotes nothing
 */
export async function readOpeningKeys(file: Uint8Array, where: string, decrypt: Decrypt): Promise<readonly OpeningKey[]> {
  const plain = isAgeFile(file) ? await decrypt(file, where) : file;
  const text = Buffer.from(plain).toString('utf8');
  const blocks = /^\s*-----BEGIN /.test(text) ? (text.match(/-----BEGIN (?:RSA )?PRIVATE KEY-----[^-]+-----END (?:RSA )?PRIVATE KEY-----/g) ?? []) : undefined;
  const keys = blocks === undefined ? readManifests(plain, where).map(keyOfSecret) : blocks.map((pem) => openingKey(readPrivateKey(pem, where)));
  if (keys.length === 0) throw new SealError(`${where} holds no private key`);
  return keys;
}

function keyOfSecret(manifest: Manifest): OpeningKey {
  const { where } = manifest;
  const secret = FieldReader.of(manifest.value, (path) => `${where}:${manifest.lineOf(path)}`);
  const [data, stringData] = [secret.textMap('data'), secret.textMap('stringData')];
  const read = (name: string): string | undefined => stringData.get(name) ?? (data.has(name) ? Buffer.from(data.get(name) ?? '', 'base64').toString('utf8') : undefined);
  const [pem, certificate] = [read('tls.key'), read('tls.crt')];
  if (pem === undefined) throw secret.problem([], "must contain a 'tls.key' key in its data, as the Secret of a sealing key does");
  return certificate === undefined || certificate === '' ? openingKey(readPrivateKey(pem, where)) : readSealingKey(certificate, pem, where);
}
