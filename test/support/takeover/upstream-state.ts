import type { KubeObject } from '../../../src/api/object.ts';
import type { Cluster, ResourceType } from '../../../src/kube/port.ts';
import { externalSecretType, secretType } from '../../../src/kube/resource-types.ts';
import { createSemaphore } from '../../../src/lib/semaphore.ts';
import { formatTimestamp } from '../../../src/lib/timestamp.ts';
import type { Oracle } from '../template/oracle.ts';
import type { Taken } from './policies.ts';

const never = new AbortController().signal;
/** External Secrets' field managers: its binary's name, and for Secrets a name of each ExternalSecret. */
const binary = { fieldManager: 'external-secrets' };
const longest = 63;

/**
 * Leaves an ExternalSecret and its Secret as External Secrets leaves them after a sync ten minutes ago: finalizer, owner reference,
 * labels, hashes by its own code, managedFields as real Update entries, status.
 */
async function leaveBehind(cluster: Cluster, oracle: Oracle, namespace: string, taken: Taken): Promise<void> {
  const created = await cluster.create(
    externalSecretType,
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name: taken.name, ...taken.metadata }, spec: taken.spec },
    { fieldManager: 'kubectl-create' },
    never,
  );
  // the finalizer is patched on at the first reconcile, which makes no new generation
  const finalizers = ['externalsecrets.external-secrets.io/externalsecret-cleanup'];
  const declared = await cluster.update(externalSecretType, { ...created, metadata: { ...created.metadata, finalizers } }, binary, never);
  if (taken.data !== undefined) await leaveSecret(cluster, oracle, declared, taken);
  const { generation = 0, annotations = {}, labels = {} } = declared.metadata;
  const { version } = await oracle.hash({ generation, annotations, labels });
  const at = formatTimestamp(Date.now() - 600_000);
  const status = {
    refreshTime: at,
    syncedResourceVersion: taken.isStale === true ? '0-of-an-older-version' : version,
    ...(taken.result === 'deleted' ? {} : { binding: { name: taken.name } }),
    conditions: [{ type: 'Ready', status: 'True', ...words[taken.result ?? 'synced'], lastTransitionTime: at }],
  };
  await cluster.patchStatus(externalSecretType, { namespace, name: taken.name }, status, binary, never);
}

const words = {
  synced: { reason: 'SecretSynced', message: 'secret synced' },
  retained: { reason: 'SecretSynced', message: 'secret retained due to DeletionPolicy=Retain' },
  deleted: { reason: 'SecretDeleted', message: 'secret deleted due to DeletionPolicy=Delete' },
} as const;

async function leaveSecret(cluster: Cluster, oracle: Oracle, externalSecret: KubeObject, taken: Taken): Promise<void> {
  const { namespace = '', name, uid = '' } = externalSecret.metadata;
  const manager = { fieldManager: await managerOf(oracle, name) };
  const all = encoded({ ...taken.foreign, ...taken.data });
  const [{ data: hash }, { text: createdBy }] = await Promise.all([oracle.hash({ data: all }), oracle.hash({ text: `${namespace}/${name}` })]);
  const owned = taken.creationPolicy === 'Owner';
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name,
      labels: { ...taken.labels, 'reconcile.external-secrets.io/managed': 'true', ...(owned && taken.isUnmarked !== true ? { 'reconcile.external-secrets.io/created-by': createdBy } : {}) },
      annotations: { 'reconcile.external-secrets.io/data-hash': hash },
      ...(owned ? { ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name, uid, controller: true, blockOwnerDeletion: true }] } : {}),
    },
    type: taken.type ?? 'Opaque',
    data: all,
    ...(taken.immutable ? { immutable: true } : {}),
  };
  if (taken.foreign === undefined) {
    await cluster.create(secretType, object, manager, never);
    return;
  }
  const theirs = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: object.type, data: encoded(taken.foreign) };
  const before = await cluster.create(secretType, theirs, { fieldManager: 'kubectl-create' }, never);
  await cluster.update(secretType, { ...object, metadata: { ...before.metadata, ...object.metadata } }, manager, never);
}

async function managerOf(oracle: Oracle, name: string): Promise<string> {
  const plain = `externalsecrets.external-secrets.io/${name}`;
  return plain.length > longest ? `externalsecrets.external-secrets.io/sha3/${(await oracle.hash({ text: name })).text}` : plain;
}

function encoded(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** Leaves many behind, several at a time. */
export async function leaveAllBehind(cluster: Cluster, oracle: Oracle, namespace: string, all: readonly Taken[]): Promise<void> {
  const turns = createSemaphore(16);
  await Promise.all(all.map((taken) => turns.run(() => leaveBehind(cluster, oracle, namespace, taken), never)));
}

/**
 * Why External Secrets would not take an ExternalSecret over silently, by the two questions that it asks (`shouldRefresh` and
 * `isSecretValid`), with its own hashes; undefined where it would.
 */
export async function reasonToSync(oracle: Oracle, externalSecret: KubeObject, secret: KubeObject | undefined): Promise<string | undefined> {
  const { generation = 0, annotations = {}, labels = {} } = externalSecret.metadata;
  const status = fieldsOf(externalSecret['status']);
  const spec = fieldsOf(externalSecret['spec']);
  const { version } = await oracle.hash({ generation, annotations, labels });
  const { refreshTime, syncedResourceVersion } = status;
  if (typeof refreshTime !== 'string') return 'it has no refreshTime';
  if (Date.parse(refreshTime) > Date.now() + 1000) return 'its refreshTime is in the future';
  if (syncedResourceVersion !== version && spec['refreshPolicy'] !== 'CreatedOnce') return `its syncedResourceVersion is ${JSON.stringify(syncedResourceVersion)}, not ${version}`;
  const { creationPolicy } = fieldsOf(spec['target']);
  if (creationPolicy === 'Orphan' || creationPolicy === 'None') return undefined;
  if (secret === undefined) return 'its Secret is not there';
  if (secret.metadata.labels?.['reconcile.external-secrets.io/managed'] !== 'true') return 'its Secret is not labelled as managed';
  const { data } = await oracle.hash({ data: fieldsOf(secret['data']) as Readonly<Record<string, string>> });
  return secret.metadata.annotations?.['reconcile.external-secrets.io/data-hash'] === data ? undefined : "its Secret's data has another hash than the annotation says";
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Every object of a type in a namespace, by name. */
export async function byName(cluster: Cluster, type: ResourceType, namespace: string): Promise<ReadonlyMap<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  for await (const { items } of cluster.pages(type, { namespace }, never)) for (const item of items) found.set(item.metadata.name, item);
  return found;
}
