import type { X509Certificate } from 'node:crypto';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderContext, WriteResult } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { isPem, pemOf } from './pem.ts';
import type { PushedObject } from './push-key.ts';
import type { CertificateFile, Vault } from './vault.ts';

/** Imports a certificate with its private key as a new version, unless the vault has it. @throws ProviderError; the signal's reason */
export async function importCertificate({ cert }: Vault, { name, value, there, properties }: PushedObject, render: ProviderContext['renderTemplate'], signal: AbortSignal): Promise<WriteResult> {
  const { leaf, file } = await readFile(value, render);
  if (there !== undefined && Buffer.from(there.value.reveal()).equals(leaf.raw)) return { kind: 'unchanged' };
  await cert.import(name, file, properties, signal);
  return { kind: 'written' };
}

/** What a vault takes, and the certificate that it will tell of. @throws ProviderError `invalid`, which quotes nothing of it */
async function readFile(value: SecretBytes, render: ProviderContext['renderTemplate']): Promise<{ readonly leaf: X509Certificate; readonly file: CertificateFile }> {
  const { certificates, key } = await pemOf(value, render);
  const [leaf] = certificates;
  if (leaf === undefined) throw new ProviderError('invalid', 'the value holds no certificate');
  if (key === undefined) throw new ProviderError('invalid', 'the value holds a certificate without its private key, which a vault does not take');
  if (!isPem(value)) return { leaf, file: { bytes: value.reveal(), contentType: 'application/x-pkcs12' } };
  // vaults read private keys in PKCS #8 only
  const pem = [key, ...certificates.map((certificate) => certificate.toString())].join('\n');
  return { leaf, file: { bytes: Buffer.from(pem), contentType: 'application/x-pem-file' } };
}
