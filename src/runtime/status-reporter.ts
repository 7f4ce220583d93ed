import { keyOf, type ObjectMeta } from '../api/object.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../kube/port.ts';
import type { Clock } from '../lib/clock.ts';
import { mergePatch } from '../lib/merge-patch.ts';
import type { Report } from './controller.ts';
import { conditionsOf, type ConditionStyle, desiredStatus, readyCondition, type StatusFields } from './desired-status.ts';
import type { EventSink, EventSubject } from './event-sink.ts';
import type { EventNote, Reconciled } from './outcome.ts';
import { PrunedFields } from './pruned-fields.ts';

/** What the reporter must know of the object that was reconciled, in the version that was; any KubeObject will do. */
export interface StatusSubject extends EventSubject {
  readonly status?: unknown;
}

export interface StatusReporterOptions {
  readonly cluster: Pick<Cluster, 'get' | 'patchStatus'>;
  readonly type: ResourceType;
  readonly fieldManager: string;
  readonly events: EventSink;
  readonly clock: Clock;
  /** `readyCondition` unless told. */
  readonly condition?: ConditionStyle;
}

/** The live object as far as it is known. */
interface Live {
  readonly metadata: ObjectMeta;
  readonly status: StatusFields;
}

/**
 * Makes the report of a kind whose status holds conditions. It writes where something differs and nothing where nothing does:
 * one merge patch with the fields that changed, under the resourceVersion it compared with, so that conditions of others are
 * not overwritten. An object that is gone, or another of the same name by now, is left alone.
 */
export function createStatusReporter(options: StatusReporterOptions): Report<StatusSubject> {
  const pruned = new PrunedFields();
  // What our last write left, by the cached object it was made from: until the cache has caught up, that is the live state.
  // Keyed weakly, so that an entry goes when the cache replaces the object.
  const written = new WeakMap<object, Live>();

  return async (subject, reconciled, signal) => {
    const known = written.get(subject) ?? liveOf(subject);
    const done = await writeStatus({ ...options, pruned, subject, reconciled, signal }, known);
    if (done === undefined) return;
    if (done.live !== known) written.set(subject, done.live);
    for (const note of notesOf(reconciled, done.changed)) options.events.record(subject, note);
  };
}

interface Writing extends StatusReporterOptions {
  readonly pruned: PrunedFields;
  readonly subject: StatusSubject;
  readonly reconciled: Reconciled;
  readonly signal: AbortSignal;
}

interface Written {
  readonly live: Live;
  /** Whether the condition says something else than before. */
  readonly changed: boolean;
}

/** Writes the difference to `live`, once more against a fresh read where that is not current. Undefined: the object is gone. */
async function writeStatus(writing: Writing, live: Live): Promise<Written | undefined> {
  try {
    return await patchDifference(writing, live);
  } catch (error) {
    if (isKubeError(error, 'absent')) return undefined;
    if (!isKubeError(error, 'conflict')) throw error;
  }
  const { cluster, type, subject, signal } = writing;
  const fresh = await cluster.get(type, keyOf(subject), signal);
  if (fresh === undefined || fresh.metadata.uid !== subject.metadata.uid) return undefined;
  try {
    return await patchDifference(writing, liveOf(fresh));
  } catch (error) {
    if (isKubeError(error, 'absent')) return undefined;
    throw error;
  }
}

async function patchDifference(writing: Writing, live: Live): Promise<Written> {
  const { cluster, type, fieldManager, subject, reconciled, clock, pruned, signal, condition = readyCondition } = writing;
  // Argo CD does not look at generations: that the spec before was done would be read as if this one were. The change has woken us already
  const isTooLate = live.metadata.generation !== subject.metadata.generation && condition.statusOf(reconciled.outcome) === 'True';
  const desired = isTooLate ? { ...reconciled.status } : desiredStatus({ style: condition, reconciled, live: live.status, generation: subject.metadata.generation, now: clock.now() });
  const findPatch = (): StatusFields => difference(live.status, asRecord(pruned.strip(desired)));
  const { resourceVersion } = live.metadata;
  const options = { fieldManager, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  const write = async (patch: StatusFields, dryRun: boolean): Promise<Live> => liveOf(await cluster.patchStatus(type, keyOf(subject), patch, { ...options, dryRun }, signal));

  const wanted = findPatch();
  // it says already what it should, and differs nevertheless: perhaps in nothing that would be kept
  const dubious = !isEmpty(wanted) && says(live.status, condition.type) === says(desired, condition.type);
  if (dubious) await pruned.probe(wanted, async () => (await write(wanted, true)).status);
  const patch = dubious ? findPatch() : wanted;
  if (isEmpty(patch)) return { live, changed: false };
  const answer = await write(patch, false);
  pruned.learn(patch, answer.status);
  return { live: answer, changed: says(live.status, condition.type) !== says(answer.status, condition.type) };
}

function isEmpty(fields: StatusFields): boolean {
  return Object.keys(fields).length === 0;
}

/**
 * The fields of `desired` that `live` has otherwise; `null` only where there is something to remove. Of a map within, what is no longer in
 * it is removed: a merge patch would leave it there.
 */
function difference(live: StatusFields, desired: StatusFields): StatusFields {
  const fields = Object.keys(desired);
  const before = Object.fromEntries(fields.flatMap((name) => (Object.hasOwn(live, name) ? [[name, live[name]]] : [])));
  const after = Object.fromEntries(Object.entries(desired).filter(([, value]) => value !== null));
  return mergePatch(before, after) ?? {};
}

/** What the condition tells a person, as one comparable text. */
function says(status: StatusFields, type: string): string {
  const condition = conditionsOf(status).find((item) => item['type'] === type);
  return JSON.stringify([condition?.['status'], condition?.['reason'], condition?.['message']]);
}

/**
 * Normal notes tell what was done and are passed on. Warnings tell a state: only when the condition has changed, or every
 * retry would repeat them. A failure that nobody wrote a note for gets one.
 */
function notesOf({ outcome, events = [] }: Reconciled, changed: boolean): readonly EventNote[] {
  const notes = events.filter(({ type }) => changed || type === 'Normal');
  const wrong = outcome.kind === 'failed' || outcome.kind === 'stalled';
  const told = notes.some(({ type }) => type === 'Warning');
  return changed && wrong && !told ? [...notes, { type: 'Warning', reason: outcome.reason, message: outcome.message }] : notes;
}

function liveOf({ metadata, status }: StatusSubject): Live {
  return { metadata, status: asRecord(status) };
}

function asRecord(value: unknown): StatusFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
