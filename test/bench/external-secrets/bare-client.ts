import type { KubeObject } from '../../../src/api/object.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { externalSecretType, secretType } from '../../../src/kube/resource-types.ts';
import { Pool } from 'undici';
import type { ControlPlaneFacts } from '../../support/parts/control-plane.ts';

const never = new AbortController().signal;
const connections = 32;

/** The writes that a controller has made for one ExternalSecret, to be made again for another. */
export interface Replay {
  readonly secret: KubeObject;
  readonly status: unknown;
}

/** Reads what a controller has left: every Secret of the fleet with the status that tells of it. */
export async function readWrites(cluster: Cluster, namespaces: readonly string[]): Promise<readonly Replay[]> {
  const replays: Replay[] = [];
  for (const namespace of namespaces) {
    const statuses = new Map<string, unknown>();
    for await (const { items } of cluster.pages(externalSecretType, { namespace }, never)) for (const item of items) statuses.set(item.metadata.name, item['status']);
    for await (const { items } of cluster.pages(secretType, { namespace }, never)) {
      for (const secret of items) if (statuses.has(secret.metadata.name)) replays.push({ secret, status: statuses.get(secret.metadata.name) });
    }
  }
  return replays;
}

/**
 * Writes the same again in other namespaces, where the ExternalSecrets are already: a Secret and a status each, as fast as plain HTTP
 * over 32 connections does it. Nothing is decided, watched or read on the way.
 * @returns seconds
 */
export async function replayWrites({ server, ca, adminToken }: ControlPlaneFacts, replays: readonly Replay[], namespaceOf: (namespace: string) => string): Promise<number> {
  const pool = new Pool(server, { connections, pipelining: 1, connect: { ca } });
  const call = async (method: 'POST' | 'PATCH', path: string, body: unknown): Promise<void> => {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await pool.request({ method, path, headers: { authorization: `Bearer ${adminToken}`, 'content-type': contentType }, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
  };
  const writes = replays.map(({ secret, status }) => async () => {
    const { name, labels, annotations } = secret.metadata;
    const namespace = namespaceOf(secret.metadata.namespace ?? '');
    await call('POST', `/api/v1/namespaces/${namespace}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels, annotations }, type: secret['type'], data: secret['data'] });
    await call('PATCH', `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/${name}/status`, { status });
  });
  const started = performance.now();
  const queue = writes.values();
  // each worker takes what the others have left
  await Promise.all(Array.from({ length: connections }, async () => {
    for (const write of queue) await write();
  }));
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  return seconds;
}
