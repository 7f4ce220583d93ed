import type { Cluster, DeleteOptions, ResourceType } from '../../../kube/port.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import { groupByKind } from '../phase/apply-phase.ts';
import { liveObject } from '../object/live-view.ts';
import type { LiveObject } from '../object/live-view.ts';
import { formatRef, keyOfRef } from '../object/object-ref.ts';
import type { ObjectRef } from '../object/object-ref.ts';
import type { PruneDecision } from './prune.ts';
import { servedTypes } from './served-types.ts';

export interface Deletion {
  readonly cluster: Cluster;
  readonly propagation: NonNullable<DeleteOptions['propagation']>;
  /** Decide, and write nothing. */
  readonly dryRun: boolean;
  /** Whether it is done as an account that the Application's project names, and not with the controller's own rights. Absent: it is not. */
  readonly isConfined?: () => boolean;
  readonly decide: (ref: ObjectRef, live: LiveObject | undefined) => PruneDecision;
}

interface Batch extends Deletion {
  readonly typeOf: ReturnType<typeof servedTypes>;
}

/** What became of one object. */
export interface Judged {
  readonly ref: ObjectRef;
  readonly decision: PruneDecision | { readonly kind: 'failed'; readonly message: string };
  /** Set while it is on its way out, held by its dependents or finalizers; for people. */
  readonly leaving?: string;
}

export interface DeletionResult {
  readonly judged: readonly Judged[];
  /** Not looked at yet, because an object before them is still leaving or could not be deleted. */
  readonly pending: readonly ObjectRef[];
}

/** Groups whose objects own pods. */
const workloadGroups: ReadonlySet<string> = new Set(['apps', 'batch']);

/**
 * Foreground deletion keeps an object until its dependents are gone: right for workloads, whose pods still use Secrets. All else is
 * not held up: the garbage collector learns of custom kinds late, and ExternalSecrets were seen stuck that way (argo-cd#16925).
 */
function propagationOf(ref: ObjectRef, wished: Deletion['propagation']): Deletion['propagation'] {
  return wished === 'Foreground' && !workloadGroups.has(ref.group) ? 'Background' : wished;
}

async function readLive(cluster: Cluster, type: ResourceType, ref: ObjectRef, signal: AbortSignal): Promise<LiveObject | undefined> {
  const found = await cluster.get(type, keyOfRef(ref), signal, { metadataOnly: true });
  return found === undefined ? undefined : liveObject(found, false);
}

/** Reads one object, decides, and deletes it under the uid that was read. Answers what is still there afterwards, too. */
async function deleteObject(deletion: Batch, ref: ObjectRef, signal: AbortSignal): Promise<Judged> {
  const { cluster } = deletion;
  const propagation = propagationOf(ref, deletion.propagation);
  const type = await deletion.typeOf(ref, signal);
  // a kind that is not served any more has no objects
  if (type === undefined) return { ref, decision: { kind: 'gone', message: `${ref.kind} is not served any more` } };
  const decision = deletion.decide(ref, await readLive(cluster, type, ref, signal));
  if (decision.kind === 'leaving') return { ref, decision, leaving: decision.message };
  if (decision.kind !== 'delete' || deletion.dryRun) return { ref, decision };
  await cluster.delete(type, keyOfRef(ref), { uid: decision.uid, propagation }, signal);
  const after = await readLive(cluster, type, ref, signal);
  return after === undefined || after.uid !== decision.uid ? { ref, decision } : { ref, decision, leaving: `${formatRef(ref)} is being deleted` };
}

function isSecret(ref: ObjectRef): boolean {
  return ref.group === '' && ref.kind === 'Secret';
}

async function attempt(deletion: Batch, ref: ObjectRef, signal: AbortSignal): Promise<Judged> {
  try {
    return await deleteObject(deletion, ref, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isKubeError(error)) throw error;
    // a controller without that right is a choice of whoever installed it, and no reason to stop: a Secret too many harms nobody
    if (error.kind === 'denied' && isSecret(ref) && deletion.isConfined?.() !== true) return { ref, decision: { kind: 'keep', message: `${formatRef(ref)} stays: the controller may not delete it (${error.message}); delete it by hand` } };
    return { ref, decision: { kind: 'failed', message: error.message } };
  }
}

/**
 * Deletes objects in the order given, kind by kind: the next kind goes once the one before is gone, so that Secrets outlive
 * the workloads that use them.
 */
export async function deleteObjects(deletion: Deletion, refs: readonly ObjectRef[], signal: AbortSignal): Promise<DeletionResult> {
  const judged: Judged[] = [];
  const batch: Batch = { ...deletion, typeOf: servedTypes(deletion.cluster) };
  for (const group of groupByKind(refs.map((ref) => ({ ref })))) {
    const done: Judged[] = [];
    for (const { ref } of group) done.push(await attempt(batch, ref, signal));
    judged.push(...done);
    if (done.some(({ decision, leaving }) => decision.kind === 'failed' || leaving !== undefined)) break;
  }
  return { judged, pending: refs.slice(judged.length) };
}
