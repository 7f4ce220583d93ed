import { X509Certificate, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { identityToRecipient } from 'age-encryption';
import { parse } from 'yaml';
import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { sealValue } from '../../src/seal/ciphertext.ts';
import { encryptFile } from './sops-files.ts';

/** The sample config repository. */
export const sample = join(dirname(import.meta.dirname), 'sample');

/** The testnets of the sample, each a release of charts/testnet. */
export const sampleTestnets = ['devnet', 'testnet-berlin'] as const;

/** What the sample holds encrypted for one of its testnets. */
export interface EncryptedValues {
  /** Password of the archive's database, in a SealedSecret. */
  readonly databasePassword: string;
  /** The uploader's cloud key file, in a Secret that SOPS has encrypted. */
  readonly cloudKey: string;
}

const storeSchema = z.object({ spec: z.object({ provider: z.object({ fake: z.object({ data: z.array(z.object({ key: z.string(), value: z.string() })) }) }) }) });

/** Files of the sample, by path, with other values than its own: encrypted for its keys, so that they open wherever the sample does. */
export async function encryptForSample(testnet: (typeof sampleTestnets)[number], { databasePassword, cloudKey }: EncryptedValues): Promise<Readonly<Record<string, string>>> {
  const { data } = storeSchema.parse(parse(readFileSync(join(sample, 'keys/manifests/sample-only-keys.yaml'), 'utf8'))).spec.provider.fake;
  const keys = new Map(data.map(({ key, value }) => [key, value]));
  const { publicKey } = new X509Certificate(keys.get('sample-only/sealing-certificate') ?? '');
  const sealed = sealValue(SecretBytes.fromUtf8(databasePassword), { key: publicKey, label: Buffer.from(`${testnet}/archive-database`), randomBytes });
  const sealedSecret = {
    apiVersion: 'bitnami.com/v1alpha1',
    kind: 'SealedSecret',
    metadata: { name: 'archive-database', namespace: testnet },
    spec: { encryptedData: { password: Buffer.from(sealed).toString('base64') }, template: { data: { username: 'archive' } } },
  };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'uploader-cloud-key' }, stringData: { 'key.json': cloudKey } };
  return {
    [`testnets/${testnet}/secrets/archive-database.yaml`]: JSON.stringify(sealedSecret),
    [`testnets/${testnet}/secrets/uploader-cloud-key.sops.yaml`]: await encryptFile(JSON.stringify(secret), [await identityToRecipient(keys.get('sample-only/age') ?? '')]),
  };
}
