import type { KubeObject } from '../../../src/api/object.ts';
import type { Cluster, ResourceType } from '../../../src/kube/port.ts';
import { externalSecretType, namespaceType } from '../../../src/kube/resource-types.ts';
import { createSemaphore } from '../../../src/lib/semaphore.ts';

/**
 * How the references of many ExternalSecrets spread over remote secrets, five keys each.
 * - `a`: five properties of one remote secret of its own
 * - `b`: five remote secrets of its own
 * - `c`: the same twenty remote secrets in every namespace, five of them each
 */
export type Shape = 'a' | 'b' | 'c';

export interface FleetOptions {
  readonly shape: Shape;
  readonly count: number;
  readonly refreshInterval: string;
  /** Namespaces are called `PREFIX-N`. */
  readonly prefix: string;
  readonly store: { readonly kind: string; readonly name: string };
}

/** ExternalSecrets, and what a provider holds for them. */
export interface Fleet {
  readonly namespaces: readonly string[];
  readonly objects: readonly KubeObject[];
  readonly remote: ReadonlyMap<string, string>;
}

const namespaceCount = 50;
const keys = [0, 1, 2, 3, 4];
const sharedSecrets = 20;
const never = new AbortController().signal;
const sideBySide = 32;

/** Makes up a fleet; nothing is created. */
export function makeFleet({ shape, count, refreshInterval, prefix, store }: FleetOptions): Fleet {
  const namespaces = Array.from({ length: namespaceCount }, (_, index) => `${prefix}-${index}`);
  const remote = new Map<string, string>();
  const objects = Array.from({ length: count }, (_, index): KubeObject => {
    const namespace = namespaces[index % namespaceCount] ?? '';
    return {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { namespace, name: `secret-${index}` },
      spec: { refreshInterval, secretStoreRef: store, data: referencesOf(shape, index, remote) },
    };
  });
  return { namespaces, objects, remote };
}

function referencesOf(shape: Shape, index: number, remote: Map<string, string>): readonly object[] {
  if (shape === 'a') remote.set(`bench/${index}`, JSON.stringify(Object.fromEntries(keys.map((key) => [`key-${key}`, `value ${key} of ${index}`]))));
  return keys.map((key) => {
    const secretKey = `key-${key}`;
    if (shape === 'a') return { secretKey, remoteRef: { key: `bench/${index}`, property: secretKey } };
    const name = shape === 'b' ? `bench/${index}/${key}` : `bench/shared/${(Math.floor(index / namespaceCount) * keys.length + key) % sharedSecrets}`;
    remote.set(name, `value of ${name}`);
    return { secretKey, remoteRef: { key: name } };
  });
}

/** Creates objects many at a time, and answers them as the server has them. */
export async function createAll(cluster: Cluster, type: ResourceType, objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
  const turns = createSemaphore(sideBySide);
  return Promise.all(objects.map((object) => turns.run(() => cluster.create(type, object, { fieldManager: 'bench' }, never), never)));
}

export async function createFleet(cluster: Cluster, { namespaces, objects }: Fleet): Promise<readonly KubeObject[]> {
  await createAll(cluster, namespaceType, namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  return createAll(cluster, externalSecretType, objects);
}

/** Deletes all objects of a type in the namespaces of a fleet. */
export async function deleteAll(cluster: Cluster, type: ResourceType, namespaces: readonly string[]): Promise<void> {
  const turns = createSemaphore(sideBySide);
  for (const namespace of namespaces) {
    for await (const { items } of cluster.pages(type, { namespace, metadataOnly: true }, never)) {
      await Promise.all(items.map(({ metadata: { name } }) => turns.run(() => cluster.delete(type, { namespace, name }, { propagation: 'Background' }, never), never)));
    }
  }
}
