import { closeSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { microseconds } from '../parts/audit-log.ts';

/** A write that took effect, with what the object was afterwards, as the API server's audit log has it. */
export interface Change {
  readonly user: string;
  readonly verb: string;
  /** The plural, e.g. `secrets`. */
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string;
  readonly name: string;
  /** When the answer was sent; microseconds since the epoch. */
  readonly completed: number;
  /** etcd's revision of the write: one order for all objects of the cluster. Absent for a deletion. */
  readonly version: number | undefined;
  /** Absent where the object is gone. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** The policy: writes to the kinds that a run judges, bodies included; nothing else. The values of these runs are nobody's secrets. */
export const trailPolicy = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  omitManagedFields: true,
  rules: [
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    {
      level: 'RequestResponse',
      resources: [
        { group: '', resources: ['secrets', 'configmaps', 'services'] },
        { group: 'apps', resources: ['deployments', 'deployments/status', 'deployments/scale', 'statefulsets', 'statefulsets/status'] },
        { group: 'batch', resources: ['jobs', 'jobs/status', 'cronjobs'] },
        ...['external-secrets.io', 'bitnami.com', 'argoproj.io'].map((group) => ({ group })),
      ],
    },
    { level: 'None' },
  ],
});

const record = z.object({
  user: z.object({ username: z.string() }),
  verb: z.string(),
  requestURI: z.string(),
  objectRef: z.object({ resource: z.string().default(''), subresource: z.string().optional(), namespace: z.string().default(''), name: z.string().default('') }).default({ resource: '', namespace: '', name: '' }),
  responseStatus: z.object({ code: z.number() }).default({ code: 0 }),
  responseObject: z.record(z.string(), z.unknown()).optional(),
  stageTimestamp: z.string(),
});
const written = z.looseObject({ metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }) });

/** The log of one API server, read as it grows. */
export interface AuditTrail {
  /** The writes to a namespace so far, in etcd's order; a deletion stands where its answer was sent. */
  readonly of: (namespace: string) => readonly Change[];
  /** How many there are, and no order: cheap. */
  readonly count: (namespace: string) => number;
  /** Lets go what is known of a namespace. */
  readonly forget: (namespace: string) => void;
  readonly close: () => void;
}

export function openAuditTrail(path: string): AuditTrail {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(1 << 20);
  const known = new Map<string, Change[]>();
  const versions = new Set<string>();
  let rest = '';
  const take = (line: string): void => {
    const change = changeOf(line);
    if (change === undefined) return;
    // a write that changed nothing answers with the version that was there
    const id = `${change.namespace}/${change.resource}/${change.name}@${change.version}`;
    if (change.version !== undefined && versions.has(id)) return;
    versions.add(id);
    const changes = known.get(change.namespace) ?? [];
    known.set(change.namespace, changes);
    changes.push(change);
  };
  const decoder = new TextDecoder();
  const read = (): void => {
    for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) {
      const lines = (rest + decoder.decode(buffer.subarray(0, size), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    }
  };
  return {
    of: (namespace) => {
      read();
      return inOrder(known.get(namespace) ?? []);
    },
    count: (namespace) => {
      read();
      return known.get(namespace)?.length ?? 0;
    },
    forget: (namespace) => {
      known.delete(namespace);
      for (const id of versions) if (id.startsWith(`${namespace}/`)) versions.delete(id);
    },
    close: () => closeSync(file),
  };
}

/** Deletions carry no version: one comes after all that was answered before it was. */
export function inOrder(changes: readonly Change[]): readonly Change[] {
  const places = changes.map((change, index) => ({ change, index, place: change.version ?? latestBefore(changes, change.completed) + 0.5 }));
  return places.toSorted((a, b) => a.place - b.place || a.index - b.index).map(({ change }) => change);
}

function latestBefore(changes: readonly Change[], completed: number): number {
  return changes.reduce((latest, { version = 0, completed: answered }) => (answered <= completed ? Math.max(latest, version) : latest), 0);
}

/** The change that a line of the log tells of; undefined for what changed nothing. */
function changeOf(line: string): Change | undefined {
  const { user, verb, requestURI, objectRef, responseStatus, responseObject, stageTimestamp } = record.parse(JSON.parse(line));
  if (responseStatus.code >= 300 || responseStatus.code === 0 || requestURI.includes('dryRun=')) return undefined;
  const { resource, subresource, namespace, name } = objectRef;
  const about = { user: user.username, verb, resource, subresource, namespace, completed: microseconds(stageTimestamp) };
  if (verb === 'delete' || verb === 'deletecollection') return { ...about, name, version: undefined, body: undefined };
  const object = written.safeParse(responseObject);
  return object.success ? { ...about, name: object.data.metadata.name, version: Number(object.data.metadata.resourceVersion), body: object.data } : undefined;
}
