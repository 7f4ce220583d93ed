import { z } from 'zod';
import type { ObjectMeta } from '../api/object.ts';
import { dataHashAnnotation } from '../api/names.ts';

/** What of a Secret one field manager has written, by metadata.managedFields: names, no values. */
export interface WrittenFields {
  readonly manager: string;
  /** Keys of the data. */
  readonly keys: readonly string[];
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  /** The type can be written only once: who has it made the Secret. */
  readonly made: boolean;
}

const fieldSet = z.record(z.string(), z.unknown());
const managedEntry = z.object({
  manager: z.string(),
  fieldsV1: z.object({
    'f:type': z.unknown().optional(),
    'f:data': fieldSet.optional(),
    'f:metadata': z.object({ 'f:labels': fieldSet.optional(), 'f:annotations': fieldSet.optional() }).optional(),
  }),
});

/** Who has written what: an entry for each of metadata.managedFields that says so. */
export function writtenFields(managedFields: ObjectMeta['managedFields'] = []): readonly WrittenFields[] {
  return managedFields.flatMap((entry) => {
    const parsed = managedEntry.safeParse(entry);
    if (!parsed.success) return [];
    const { manager, fieldsV1 } = parsed.data;
    const metadata = fieldsV1['f:metadata'];
    return [{ manager, keys: names(fieldsV1['f:data']), labels: names(metadata?.['f:labels']), annotations: names(metadata?.['f:annotations']), made: Object.hasOwn(fieldsV1, 'f:type') }];
  });
}

/** `{"f:app": {}}` says that `app` was written; `.` stands for the map itself. */
function names(fields: Readonly<Record<string, unknown>> = {}): readonly string[] {
  return Object.keys(fields).flatMap((name) => (name.startsWith('f:') ? [name.slice(2)] : []));
}

/** All that one manager has written, be it in one entry or in several. */
export function writtenBy(manager: string, written: readonly WrittenFields[]): Omit<WrittenFields, 'manager'> {
  const own = written.filter((entry) => entry.manager === manager);
  return {
    keys: own.flatMap(({ keys }) => keys),
    labels: own.flatMap(({ labels }) => labels),
    annotations: own.flatMap(({ annotations }) => annotations),
    made: own.some(({ made }) => made),
  };
}

/**
 * Whether a Secret that nobody owns is the work of this manager: it made the Secret, or has brought the whole of it in line, so that
 * no key in it is another's. A manager that merges into a Secret of others is not its maker.
 */
export function isWorkOf(manager: string, written: readonly WrittenFields[]): boolean {
  const own = writtenBy(manager, written);
  if (!own.annotations.includes(dataHashAnnotation)) return false;
  return own.made || written.every((entry) => entry.manager === manager || entry.keys.every((key) => own.keys.includes(key)));
}
