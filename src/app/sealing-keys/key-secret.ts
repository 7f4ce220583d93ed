import { z } from 'zod';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { readSealingKey, type SealingKey } from '../../seal/sealing-key.ts';
import { SealError } from '../../seal/seal-error.ts';
import type { GeneratedKey } from '../../seal/generate-key.ts';

/** Label of a key's Secret. `active` opens and may seal; anything else, `compromised` above all, does neither. (Source: Sealed Secrets.) */
export const sealingKeyLabel = 'sealedsecrets.bitnami.com/sealed-secrets-key';

/** A key in its Secret. */
export interface StoredKey {
  readonly key: SealingKey;
  /** Of the Secret. */
  readonly name: string;
  readonly uid: string;
  /** When the Secret was made: milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What a Secret with a key's label came to. */
export type KeySecret = ({ readonly kind: 'key' } & StoredKey) | { readonly kind: 'malformed'; readonly name: string; readonly problem: string };

const pair = z.object({ data: z.object({ 'tls.crt': z.string(), 'tls.key': z.string() }) });

/** Reads a key's Secret; one that holds none says so, and is nobody else's trouble. */
export function keySecret(object: KubeObject): KeySecret {
  const { name, namespace = '' } = object.metadata;
  const where = `Secret ${namespace}/${name}`;
  const found = pair.safeParse(object);
  if (!found.success) return { kind: 'malformed', name, problem: `${where} has no tls.crt and tls.key` };
  try {
    const { data } = found.data;
    return { kind: 'key', key: readSealingKey(decoded(data['tls.crt']), decoded(data['tls.key']), where), ...placeOf(object.metadata) };
  } catch (error) {
    if (error instanceof SealError) return { kind: 'malformed', name, problem: error.message };
    throw error;
  }
}

function placeOf({ name, uid = '', creationTimestamp = '' }: ObjectMeta): Omit<StoredKey, 'key'> {
  const createdAt = Date.parse(creationTimestamp);
  return { name, uid, createdAt: Number.isNaN(createdAt) ? 0 : createdAt };
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

export interface KeySecretOptions {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The Secret of a new key, as Sealed Secrets makes it. */
export function newKeySecret({ certificatePem, keyPem }: GeneratedKey, { namespace, name, labels, annotations }: KeySecretOptions): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name, labels: { ...labels, [sealingKeyLabel]: 'active' }, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': Buffer.from(certificatePem).toString('base64'), 'tls.key': Buffer.from(keyPem.reveal()).toString('base64') },
  };
}
