import type { KubeObject } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import type { Cluster } from '../../../kube/port.ts';
import { secretType } from '../../../kube/resource-types.ts';
import { fieldAt } from '../../health/live-field.ts';
import { fieldManager } from '../sync-run.ts';
import { rolloutKey, type RolloutKey } from './rollout-key.ts';

/** Where the key of a namespace's Applications is kept: a process that starts anew must not replace every pod. */
const keySecretName = 'prelude-rollout-key';
const keyBytes = 32;

/** Undefined where the key may be neither read nor made: then no pod is replaced. */
export type RolloutKeys = (namespace: string, signal: AbortSignal) => Promise<RolloutKey | undefined>;

/** Reads the keys of namespaces in which Applications stand, and makes one where there is none. Each is asked for once. */
export function createRolloutKeys(cluster: Cluster, randomBytes: (size: number) => Uint8Array): RolloutKeys {
  const known = new Map<string, RolloutKey>();
  return async (namespace, signal) => {
    const kept = known.get(namespace);
    if (kept !== undefined) return kept;
    try {
      const key = keyOfSecret(await findOrMake(cluster, { namespace, name: keySecretName }, randomBytes, signal));
      if (key !== undefined) known.set(namespace, key);
      return key;
    } catch (error) {
      if (isKubeError(error, 'denied')) return undefined;
      throw error;
    }
  };
}

async function findOrMake(cluster: Cluster, place: { readonly namespace: string; readonly name: string }, randomBytes: (size: number) => Uint8Array, signal: AbortSignal): Promise<KubeObject> {
  const found = await cluster.get(secretType, place, signal);
  if (found !== undefined) return found;
  const labels = { 'app.kubernetes.io/managed-by': 'prelude' };
  const data = { key: Buffer.from(randomBytes(keyBytes)).toString('base64') };
  try {
    return await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { ...place, labels }, immutable: true, type: 'Opaque', data }, { fieldManager }, signal);
  } catch (error) {
    // another process was faster: its key is the one
    const theirs = isKubeError(error, 'exists') ? await cluster.get(secretType, place, signal) : undefined;
    if (theirs === undefined) throw error;
    return theirs;
  }
}

function keyOfSecret(secret: KubeObject): RolloutKey | undefined {
  const text = fieldAt(secret, 'data', 'key');
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  // somebody else's Secret of that name, or one that was emptied
  return bytes.byteLength >= keyBytes ? rolloutKey(bytes) : undefined;
}
