import { z } from 'zod';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { dataHash } from './object-hash.ts';
import type { WrittenFields } from './written-fields.ts';
import { writtenFields } from './written-fields.ts';

/** What is kept of a Secret in the cluster: everything but its values. */
export interface LiveSecret {
  /** Without managedFields. */
  readonly metadata: ObjectMeta;
  readonly type: string;
  readonly immutable: boolean;
  readonly keys: readonly string[];
  /** Hash of the data as it is, whatever the annotation says. */
  readonly dataHash: string;
  /** Who has written what. */
  readonly written: readonly WrittenFields[];
}

const secretFields = z.object({
  type: z.string().default('Opaque'),
  immutable: z.boolean().default(false),
  data: z.record(z.string(), z.string()).default({}),
});

/** Projects a Secret of the API server; the values are hashed and forgotten. */
export function liveSecret(object: KubeObject): LiveSecret {
  const { type, immutable, data } = parseFields(object);
  const { managedFields, ...metadata } = object.metadata;
  const bytes = new Map(Object.entries(data).map(([key, base64]) => [key, Buffer.from(base64, 'base64')]));
  return { metadata, type, immutable, keys: [...bytes.keys()], dataHash: dataHash(bytes), written: writtenFields(managedFields) };
}

/** The values of a Secret, for as long as it takes to write it back. */
export function secretValues(object: KubeObject): ReadonlyMap<string, SecretBytes> {
  return new Map(Object.entries(parseFields(object).data).map(([key, base64]) => [key, new SecretBytes(Buffer.from(base64, 'base64'))]));
}

function parseFields(object: KubeObject): z.output<typeof secretFields> {
  // a null map is what an API server may answer for an empty one
  return secretFields.parse({ ...object, data: object['data'] ?? {} });
}
