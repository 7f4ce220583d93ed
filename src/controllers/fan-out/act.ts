import type { ClusterDeclaration } from '../../api/cluster-declaration.ts';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { RecentCounts } from '../../lib/recent-counts.ts';
import type { Semaphore } from '../../lib/semaphore.ts';
import type { Child, ChildWrite } from '../../secret/namespaced-children.ts';
import { controllingParent, judge, newChild, updatedChild } from '../../secret/namespaced-children.ts';
import type { DeclarationKind } from './declaration-kind.ts';
import { childOf } from './observe.ts';

export interface ActOptions<Spec> {
  readonly kind: DeclarationKind<Spec>;
  readonly cluster: Pick<Cluster, 'create' | 'update' | 'get' | 'delete'>;
  readonly fieldManager: string;
  readonly clock: Clock;
  /** Bounds the writes of all declarations together. */
  readonly writes: Semaphore;
  /** Updates of one object for one wish, within a minute. */
  readonly rewrites: RecentCounts;
}

/**
 * What came of one write.
 * - `unchanged`: it had become as it should be
 * - `taken`: somebody else's object has the name
 * - `gone`: so is the namespace, or the object is on its way out: an event will tell
 * - `fought`: it is changed by somebody else as often as we put it right
 */
export type ChildWritten = 'created' | 'updated' | 'deleted' | 'unchanged' | 'taken' | 'gone' | 'fought';

/** Others may write at the same moment; whoever loses that often has lost to a loop. */
export const mostAttempts = 3;

/** How often the same is written into one object within a minute before somebody is taken to fight over it. */
const mostRewrites = 5;

/**
 * Brings one child in line. Each write carries the resourceVersion it was decided on; where that is not current the child is read and
 * judged anew.
 * @throws KubeError
 */
export async function writeChild<Spec>(write: ChildWrite<Spec>, declaration: ClusterDeclaration<Spec>, options: ActOptions<Spec>, signal: AbortSignal): Promise<ChildWritten> {
  if (write.kind === 'delete') return deleteChild(write.live.metadata, declaration.metadata.name, options, signal);
  const key = { namespace: write.namespace, name: declaration.spec.childName };
  let live = write.kind === 'update' ? write.live : undefined;
  for (let count = 0; count < mostAttempts; count += 1) {
    const written = await attempt(key.namespace, live, declaration, options, signal);
    if (written !== 'again') return written;
    live = await readChild(key, options, signal);
    const verdict = judge(live, declaration, options.kind.kinds);
    if (verdict.kind === 'current') return 'unchanged';
    if (verdict.kind === 'taken') return 'taken';
    if (verdict.kind === 'leaving') return 'gone';
  }
  throw changedMeanwhile(options.kind.childType, key);
}

async function attempt<Spec>(namespace: string, live: Child<Spec> | undefined, declaration: ClusterDeclaration<Spec>, options: ActOptions<Spec>, signal: AbortSignal): Promise<ChildWritten | 'again'> {
  const { kind, cluster, writes, fieldManager } = options;
  try {
    if (live === undefined) {
      await writes.run(() => cluster.create(kind.childType, newChild(declaration, kind.kinds, namespace), { fieldManager }, signal), signal);
      return 'created';
    }
    if (isFought(live, declaration, options)) return 'fought';
    await writes.run(() => cluster.update(kind.childType, updatedChild(declaration, kind.kinds, live), { fieldManager }, signal), signal);
    return 'updated';
  } catch (error) {
    // nothing can be created in a namespace that is not there
    if (isKubeError(error, 'absent')) return live === undefined ? 'gone' : 'again';
    if (isKubeError(error, 'exists', 'conflict')) return 'again';
    throw error;
  }
}

/** Records the update that is about to be made, unless it was made too often for the same wish. */
function isFought<Spec>({ metadata }: Child<Spec>, { metadata: parent }: ClusterDeclaration<Spec>, { rewrites, clock }: ActOptions<Spec>): boolean {
  const id = JSON.stringify([metadata.uid, parent.uid, parent.generation, parent.annotations]);
  const now = clock.monotonic();
  if (rewrites.count(id, now) >= mostRewrites) return true;
  rewrites.record(id, now);
  return false;
}

async function readChild<Spec>(key: ObjectKey, { cluster, kind }: ActOptions<Spec>, signal: AbortSignal): Promise<Child<Spec> | undefined> {
  const object = await cluster.get(kind.childType, key, signal);
  return object === undefined ? undefined : childOf(parsedObject(object, kind.parseChild));
}

/** Deletes a child, as long as the declaration controls it. */
export async function deleteChild<Spec>(metadata: ObjectMeta, parent: string, { kind, cluster, writes }: ActOptions<Spec>, signal: AbortSignal): Promise<ChildWritten> {
  let live: ObjectMeta | undefined = metadata;
  const key = keyOf({ metadata });
  for (let count = 0; count < mostAttempts; count += 1) {
    const { uid, resourceVersion }: ObjectMeta = live;
    const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    try {
      return (await writes.run(() => cluster.delete(kind.childType, key, preconditions, signal), signal)) ? 'deleted' : 'gone';
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
    }
    live = (await cluster.get(kind.childType, key, signal, { metadataOnly: true }))?.metadata;
    if (live === undefined || live.uid !== metadata.uid || controllingParent(live, kind.kinds.parent) !== parent) return 'gone';
  }
  throw changedMeanwhile(kind.childType, key);
}

/** Whoever loses every attempt looks again later. */
export function changedMeanwhile({ kind }: ResourceType, { name }: ObjectKey): KubeError {
  return new KubeError('conflict', `${kind} "${name}" is changed by somebody else at the same time`);
}
