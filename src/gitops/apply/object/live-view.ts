import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectKey } from '../../../api/object.ts';
import type { ResourceType } from '../../../kube/port.ts';
import { assessHealth } from '../../health/assess-health.ts';
import type { Health } from '../../health/health.ts';
import { trackedBy } from './tracking.ts';

/** What is kept of a live object: enough to see drift, health and whose it is, and no data. */
export interface LiveObject {
  readonly uid: string;
  readonly resourceVersion: string;
  /** Absent for kinds that do not count generations (ConfigMap, Secret, RBAC, …). */
  readonly generation: number | undefined;
  /** `contentOf`, where its generation counts statuses, too, and all of it was seen: it tells changes then, and the generation does not. */
  readonly content?: string;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  /** The Application that tracks it, by tracking name. */
  readonly instance: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent where only metadata was read. */
  readonly health: Health | undefined;
  /** The resourceVersion once more, where the Application judges the object by checks of its own: every change of it is news. */
  readonly judgedAt?: string;
}

/**
 * A cached view of the tracked objects of the cluster, kept by watches. It may lag behind; whoever decides to write, or to
 * let a new revision pass, reads from the API server.
 */
export interface LiveView {
  /** `unknown` where the kind is not watched (yet), `absent` where no tracked object of that name is in the cache. */
  readonly look: (type: ResourceType, key: ObjectKey) => LiveObject | 'absent' | 'unknown';
}

/** kubectl's copy of the whole manifest: large, and for a Secret full of values. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** @param full whether the object was read whole, so that its health can be judged */
export function liveObject(object: KubeObject, full: boolean): LiveObject {
  const { uid = '', resourceVersion = '', generation, labels = {}, annotations = {}, finalizers = [], deletionTimestamp } = object.metadata;
  const kept = Object.entries(annotations).filter(([name]) => name !== lastApplied);
  return {
    uid,
    resourceVersion,
    generation,
    deleting: deletionTimestamp !== undefined,
    finalizers,
    instance: trackedBy(object),
    labels,
    annotations: Object.fromEntries(kept),
    health: full ? assessHealth(object) : undefined,
  };
}

const contents = new WeakMap<KubeObject, string>();

/**
 * Tells what an object holds, its metadata and status apart, from anything else. A kind without a status subresource, as Argo CD's
 * Application, counts a generation for each write of its status.
 */
export function contentOf(object: KubeObject): string {
  const known = contents.get(object);
  if (known !== undefined) return known;
  const { apiVersion: _version, kind: _kind, metadata: _metadata, status: _status, ...held } = object;
  const content = createHash('sha256').update(JSON.stringify(held)).digest('base64url');
  contents.set(object, content);
  return content;
}

/**
 * What a watch keeps of an object: nothing, unless an Application tracks it.
 * @param isJudged whether that Application has health checks of its own for the kind
 */
export function projectTracked(object: KubeObject, full: boolean, isJudged: (instance: string) => boolean = () => false): LiveObject | undefined {
  const instance = trackedBy(object);
  if (instance === undefined) return undefined;
  const live = liveObject(object, full);
  return isJudged(instance) ? { ...live, judgedAt: live.resourceVersion } : live;
}

/**
 * Whether a change is news to the Application: the object came or went, somebody changed it, or it fares differently. A status
 * that was merely written again is not.
 */
export function isNews(previous: LiveObject | undefined, current: LiveObject | undefined): boolean {
  if (previous === undefined || current === undefined) return true;
  if (previous.generation === undefined && previous.resourceVersion !== current.resourceVersion) return true;
  return !isDeepStrictEqual(told(previous, current), told(current, previous));
}

/** What of it would be news, beside another state of it. */
function told({ resourceVersion: _version, generation, ...live }: LiveObject, other: LiveObject): unknown {
  return live.content === undefined || other.content === undefined ? { ...live, generation } : live;
}
