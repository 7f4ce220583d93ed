import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../../../src/api/object.ts';
import { SecretBytes } from '../../../src/lib/secret-bytes.ts';
import { sealValue } from '../../../src/seal/ciphertext.ts';
import { type GeneratedKey, generateSealingKey } from '../../../src/seal/generate-key.ts';
import { labelOf } from '../../../src/seal/scope.ts';
import { readSealingKey, type SealingKey } from '../../../src/seal/sealing-key.ts';

/** A sealing key, with what its Secret holds. */
export interface BenchKey extends SealingKey {
  readonly generated: GeneratedKey;
}

const hour = 3_600_000;
/** How many objects a namespace has. */
const perNamespace = 20;

/** Keys of 4096 bits, as Sealed Secrets makes them: the newest first, each an hour older than the one before, so that none is due for renewal. */
export async function makeKeys(count: number): Promise<readonly BenchKey[]> {
  const now = Date.now() - 60_000;
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const generated = await generateSealingKey({ bits: 4096, validFor: 87_600 * hour, commonName: '', now: now - index * hour, randomBytes });
      return { ...readSealingKey(generated.certificatePem, Buffer.from(generated.keyPem.reveal()).toString(), 'a new key'), generated };
    }),
  );
}

/** SealedSecrets to be created, as often as it takes: what they seal is the same each time. */
export interface Fleet {
  readonly namespaces: readonly string[];
  readonly objects: readonly KubeObject[];
}

/** Seals a fleet. Keys take turns, object by object: whoever seals a Secret seals all of it with one certificate. */
export function sealFleet(count: number, items: number, keys: readonly SealingKey[]): Fleet {
  const namespaces = Array.from({ length: Math.ceil(count / perNamespace) }, (_, index) => `sealed-${index}`);
  const objects: KubeObject[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = keys[index % keys.length];
    if (key === undefined) throw new Error('there must be one key at least');
    const place = { namespace: namespaces[Math.floor(index / perNamespace)] ?? '', name: `secret-${index}` };
    const encryptedData: Record<string, string> = {};
    for (let item = 0; item < items; item += 1) encryptedData[`key-${item}`] = seal(`value ${item} of ${index}`, key, place);
    objects.push({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: place, spec: { encryptedData } });
  }
  return { namespaces, objects };
}

/** A value as it stands in `encryptedData`, sealed for one object alone. */
export function seal(text: string, { certificate }: Pick<SealingKey, 'certificate'>, place: { readonly namespace: string; readonly name: string }): string {
  const sealed = sealValue(SecretBytes.fromUtf8(text), { key: certificate.publicKey, label: labelOf({ scope: 'strict', ...place }), randomBytes });
  return Buffer.from(sealed).toString('base64');
}
