import { z } from 'zod';
import { dataHashAnnotation } from '../../api/names.ts';
import type { ObjectMeta } from '../../api/object.ts';

const fieldSet = z.record(z.string(), z.unknown());
const managedEntry = z.object({ manager: z.string(), subresource: z.string().optional(), fieldsV1: fieldSet });
const ownMetadata = z.object({ 'f:metadata': z.object({ 'f:annotations': fieldSet }) });

/** What others may have written into an object that is ours. */
const besideTheContent: ReadonlySet<string> = new Set(['f:metadata', 'f:status']);

/**
 * Whether field managers have made an object that is no Secret, by metadata.managedFields: one of them has left the hash there, and nobody
 * else has written anything of its content. Who merges into an object of others leaves the same marks, but is not the only one who wrote.
 */
export function isMadeBy(managers: readonly string[], managedFields: ObjectMeta['managedFields'] = []): boolean {
  const parsed = z.array(managedEntry).safeParse(managedFields);
  if (!parsed.success) return false;
  const isOurs = ({ manager }: { readonly manager: string }): boolean => managers.includes(manager);
  const isAlone = parsed.data.every((entry) => isOurs(entry) || entry.subresource !== undefined || Object.keys(entry.fieldsV1).every((field) => besideTheContent.has(field)));
  return isAlone && parsed.data.filter(isOurs).some(({ fieldsV1 }) => leavesHash(fieldsV1));
}

function leavesHash(fields: unknown): boolean {
  const parsed = ownMetadata.safeParse(fields);
  return parsed.success && Object.hasOwn(parsed.data['f:metadata']['f:annotations'], `f:${dataHashAnnotation}`);
}
