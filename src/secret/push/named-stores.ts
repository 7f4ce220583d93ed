import { z } from 'zod';
import type { StoreReference } from '../../api/source-reference.ts';

const reference = z
  // labels could mean any store
  .object({ name: z.string(), kind: z.enum(['SecretStore', 'ClusterSecretStore']).default('SecretStore'), labelSelector: z.undefined().optional() })
  .transform(({ kind, name }): StoreReference => ({ kind, name }));

const naming = z.object({ secretStoreRefs: z.array(reference) });

/** The stores that the spec of a PushSecret is for, as far as that can be told though the rest of it does not parse; undefined where it cannot. */
export function namedStores(spec: unknown): readonly StoreReference[] | undefined {
  return naming.safeParse(spec).data?.secretStoreRefs;
}
