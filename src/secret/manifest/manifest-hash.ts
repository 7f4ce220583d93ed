import { textHash } from '../object-hash.ts';
import { goText } from './go-text.ts';

/** The fields of an object beside apiVersion, kind and metadata. */
export type ManifestFields = Readonly<Record<string, unknown>>;

/**
 * The hash that stands in an annotation of an object that is no Secret: of its spec, or of its data where it has none. External Secrets
 * refuses objects with neither; ours have the hash of nothing then.
 */
export function manifestHash(fields: ManifestFields): string {
  return textHash(goText(Object.hasOwn(fields, 'spec') ? fields['spec'] : fields['data']));
}
