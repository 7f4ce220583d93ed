import type { SecretStore } from '../api/secret-store.ts';
import type { StoreReference } from '../api/source-reference.ts';
import type { StoreHandle } from '../provider/store-reader.ts';

/** How messages name a store. */
export function storeName({ kind, name }: StoreReference): string {
  return `${kind} "${name}"`;
}

/**
 * A store as the reader takes it.
 * @param namespace the consumer's; absent while a cluster store is validated
 */
export function storeHandle({ kind, metadata, spec }: SecretStore, namespace?: string): StoreHandle {
  if (kind === 'ClusterSecretStore') {
    return { label: `${kind} ${metadata.name}`, provider: spec.provider, scope: 'cluster', ...(namespace === undefined ? {} : { namespace }) };
  }
  const own = metadata.namespace ?? '';
  return { label: `${kind} ${own}/${metadata.name}`, provider: spec.provider, scope: 'namespaced', namespace: own };
}
