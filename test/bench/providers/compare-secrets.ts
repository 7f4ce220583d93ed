import type { Cluster } from '../../../src/kube/port.ts';
import { secretType } from '../../../src/kube/resource-types.ts';
import type { SpelledFleet } from './spelled-fleet.ts';

const never = new AbortController().signal;

/**
 * Compares every Secret of a fleet with its source, byte for byte.
 * @throws Error with the names of those that hold something else, or are not there
 */
export async function compareSecrets(cluster: Cluster, { namespaces, expected }: SpelledFleet): Promise<void> {
  const wrong = new Set(expected.keys());
  for (const namespace of namespaces) {
    for await (const { items } of cluster.pages(secretType, { namespace }, never)) {
      for (const { metadata, data } of items) {
        const at = `${namespace}/${metadata.name}`;
        const wanted = Object.entries(expected.get(at) ?? {}).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
        if (JSON.stringify(sorted(data)) === JSON.stringify(sorted(Object.fromEntries(wanted)))) wrong.delete(at);
      }
    }
  }
  if (wrong.size > 0) throw new Error(`${wrong.size} of ${expected.size} Secrets do not hold what the provider does: ${[...wrong].slice(0, 5).join(', ')}`);
}

function sorted(data: unknown): readonly (readonly [string, unknown])[] {
  return typeof data === 'object' && data !== null ? Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1)) : [];
}
