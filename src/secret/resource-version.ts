import type { ObjectMeta } from '../api/object.ts';
import { metadataHash } from './object-hash.ts';

/**
 * `status.syncedResourceVersion`: `<generation>-<hash of annotations and labels>`, as External Secrets writes it.
 * It differs whenever spec, labels or annotations do, which is how `external-secrets.io/force-sync` works.
 */
export function resourceVersionOf(metadata: ObjectMeta): string {
  return `${metadata.generation ?? 0}-${metadataHash(metadata)}`;
}
