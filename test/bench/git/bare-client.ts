import { Pool } from 'undici';
import type { KubeObject } from '../../../src/api/object.ts';
import type { Cluster, ResourceType } from '../../../src/kube/port.ts';
import { apiVersionOf, applicationType, configMapType, deploymentType, externalSecretType, namespaceType, secretType, serviceType } from '../../../src/kube/resource-types.ts';
import type { AuditEntry } from '../../support/parts/audit-log.ts';
import type { ControlPlaneFacts } from '../../support/parts/control-plane.ts';

const never = new AbortController().signal;
const connections = 32;
const types: ReadonlyMap<string, ResourceType> = new Map([applicationType, configMapType, deploymentType, externalSecretType, namespaceType, secretType, serviceType].map((type) => [type.plural, type]));

/** One write that a controller has made, to be made again for another testnet. */
interface Write {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly contentType: string;
  readonly body: unknown;
}

/** The writes for one testnet, in their order. */
export type Replay = readonly Write[];

/**
 * Reads what a controller has left, and makes of its writes those that leave the same for testnets of other names.
 * @param writes those of the first deployments, in their order
 * @param rename from a testnet to the one that the writes are made again for; undefined for what is of none
 */
export async function readReplays(cluster: Cluster, writes: readonly AuditEntry[], rename: (name: string) => string | undefined): Promise<readonly Replay[]> {
  const left = new Map<string, KubeObject>();
  for (const type of types.values()) for await (const { items } of cluster.pages(type, {}, never)) for (const item of items) left.set(keyOf(type.plural, item.metadata.namespace, item.metadata.name), item);
  const byTestnet = Map.groupBy(writes, ({ resource, namespace, name }) => (resource === 'applications' || resource === 'namespaces' ? name : namespace) ?? '');
  const replays: Replay[] = [];
  for (const [testnet, entries] of byTestnet) {
    const renamed = rename(testnet);
    if (renamed === undefined) continue;
    const again = (text: string): string => text.replaceAll(new RegExp(`\\b${testnet}\\b`, 'g'), renamed);
    replays.push(entries.map((entry, index) => againFor(entry, left.get(keyOf(entry.resource, types.get(entry.resource)?.namespaced === true ? entry.namespace : undefined, entry.name)), index, again)));
  }
  return replays;
}

function keyOf(plural: string, namespace: string | undefined, name: string | undefined): string {
  return `${plural} ${namespace ?? ''}/${name ?? ''}`;
}

function againFor({ verb, resource, namespace, name, subresource }: AuditEntry, object: KubeObject | undefined, index: number, again: (text: string) => string): Write {
  const type = types.get(resource);
  if (type === undefined || object === undefined) throw new Error(`what ${verb} ${resource} ${namespace ?? ''}/${name ?? ''} has left is not known`);
  const group = type.group === '' ? '/api/v1' : `/apis/${apiVersionOf(type)}`;
  const folder = `${group}${type.namespaced ? `/namespaces/${namespace}` : ''}/${resource}`;
  if (verb === 'create') return { method: 'POST', path: again(folder), contentType: 'application/json', body: renamed(manifestOf(object), again) };
  const isStatus = subresource === 'status' || resource === 'applications';
  const path = again(`${folder}/${name}${subresource === undefined ? '' : `/${subresource}`}`);
  // each of several writes of a status is to be one that changes it
  if (isStatus) return { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: renamed({ status: { ...statusOf(object), ...(resource === 'applications' ? { reconciledAt: new Date(index * 1000).toISOString() } : {}) } }, again) };
  return { method: 'PATCH', path: `${path}?fieldManager=bare&force=true`, contentType: 'application/apply-patch+yaml', body: renamed(manifestOf(object), again) };
}

function statusOf({ status }: KubeObject): object {
  return typeof status === 'object' && status !== null ? status : {};
}

/** What whoever writes an object sends of it. */
function manifestOf({ metadata: { name, namespace, labels, annotations }, status: _status, ...rest }: KubeObject): object {
  return { ...rest, metadata: { name, namespace, labels, annotations } };
}

function renamed(body: object, again: (text: string) => string): unknown {
  // addresses that the cluster has given out are given out once
  return JSON.parse(again(JSON.stringify(body, (key, value: unknown) => (key === 'clusterIP' || key === 'clusterIPs' ? undefined : value))));
}

/**
 * Makes the writes again as fast as plain HTTP over 32 connections does it; those of one testnet one after the other, as there is an order in
 * them. Nothing is decided, watched or read on the way.
 * @returns seconds
 */
export async function replayWrites({ server, ca, adminToken }: ControlPlaneFacts, replays: readonly Replay[]): Promise<number> {
  const pool = new Pool(server, { connections, pipelining: 1, connect: { ca } });
  const send = async ({ method, path, contentType, body }: Write): Promise<void> => {
    const answer = await pool.request({ method, path, headers: { authorization: `Bearer ${adminToken}`, 'content-type': contentType }, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
  };
  const started = performance.now();
  const queue = replays.values();
  // each worker takes what the others have left
  await Promise.all(Array.from({ length: connections }, async () => {
    for (const replay of queue) for (const write of replay) await send(write);
  }));
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  return seconds;
}
