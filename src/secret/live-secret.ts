import { z } from 'zod';
import { secretFieldManagerPrefix } from '../api/names.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { dataHash } from './object-hash.ts';

/** What is kept of a Secret in the cluster: everything but its values. */
export interface LiveSecret {
  /** Without managedFields. */
  readonly metadata: ObjectMeta;
  readonly type: string;
  readonly immutable: boolean;
  readonly keys: readonly string[];
  /** Hash of the data as it is, whatever the annotation says. */
  readonly dataHash: string;
  /** Labels and annotations that an ExternalSecret's controller has put there, by name. */
  readonly written: { readonly labels: readonly string[]; readonly annotations: readonly string[] };
}

const secretFields = z.object({
  type: z.string().default('Opaque'),
  immutable: z.boolean().default(false),
  data: z.record(z.string(), z.string()).default({}),
});

/** Projects a Secret of the API server; the values are hashed and forgotten. */
export function liveSecret(object: KubeObject): LiveSecret {
  // a null map is what an API server may answer for an empty one
  const fields = secretFields.parse({ ...object, data: object['data'] ?? {} });
  const { managedFields = [], ...metadata } = object.metadata;
  const bytes = new Map(Object.entries(fields.data).map(([key, base64]) => [key, Buffer.from(base64, 'base64')]));
  return {
    metadata,
    type: fields.type,
    immutable: fields.immutable,
    keys: [...bytes.keys()],
    dataHash: dataHash(bytes),
    written: { labels: writtenNames(managedFields, 'f:labels'), annotations: writtenNames(managedFields, 'f:annotations') },
  };
}

const fieldSet = z.record(z.string(), z.unknown());
const managedEntry = z.object({
  manager: z.string().startsWith(secretFieldManagerPrefix),
  fieldsV1: z.object({ 'f:metadata': z.object({ 'f:labels': fieldSet.optional(), 'f:annotations': fieldSet.optional() }) }),
});

/** Names in managedFields entries of our field managers: `f:labels: {"f:app": {}}` says that we wrote `app`. */
function writtenNames(managedFields: readonly unknown[], part: 'f:labels' | 'f:annotations'): readonly string[] {
  return managedFields.flatMap((entry) => {
    const parsed = managedEntry.safeParse(entry);
    const fields = parsed.success ? parsed.data.fieldsV1['f:metadata'][part] : undefined;
    return Object.keys(fields ?? {}).flatMap((name) => (name.startsWith('f:') ? [name.slice(2)] : []));
  });
}
