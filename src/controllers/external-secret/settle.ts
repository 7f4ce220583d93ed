import type { ExternalSecret } from '../../api/external-secret.ts';
import { dataHashAnnotation, externalSecretEvents, provenanceAnnotation } from '../../api/names.ts';
import type { ObjectKey } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import type { GeneratorRunner } from '../../provider/generator-runner.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import type { DesiredSecret } from '../../secret/desired-secret.ts';
import { desiredSecret } from '../../secret/desired-secret.ts';
import { driftOf } from '../../secret/drift.ts';
import { type GeneratedState, takeBack } from '../../secret/generate-values.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { textHash } from '../../secret/object-hash.ts';
import { encodeProvenance } from '../../secret/provenance.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import type { ActOptions, Applied } from './act.ts';
import { applySecret, deleteOrphans, deleteTarget, keepSecret } from './act.ts';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import type { Content } from './make-content.ts';
import type { ExternalSecretEntry, Observed, ObserveOptions } from './observe.ts';
import { liveTarget, observe, orphansOf, targetKey } from './observe.ts';
import { holdBack } from './held-versions.ts';
import { failed, stalled, synced } from './outcomes.ts';
import { dueAfter, isFrozen, requestOf } from './refresh-due.ts';
import { report, statusAfterSync } from './report.ts';
import type { LastSync, SyncMemory, SyncResult } from './sync-memory.ts';
import type { SourcesRead } from './template-sources.ts';

export interface SettleOptions extends ObserveOptions, ActOptions {
  readonly controllerClass: string;
  readonly generators: GeneratorRunner;
  /** Keeps account of what generators have left, until it is taken back. Absent: nobody does. */
  readonly states?: GeneratorLedger;
  /** Keys of the managed Secrets that have the uid among their owners. */
  readonly ownedBy: (uid: string) => Iterable<ObjectKey>;
  /** Asks for another look at an object in some milliseconds. */
  readonly lookAgain: (key: ObjectKey, after: number) => void;
}

export interface GeneratorLedger {
  /**
   * The Secret holds what these runs gave; what earlier runs of the same entries gave is to be taken back after a while.
   * @throws KubeError
   */
  readonly commit: (externalSecret: ExternalSecret, generated: readonly GeneratedState[], signal: AbortSignal) => Promise<void>;
}

/** A sync that is under way. */
export interface Attempt {
  readonly entry: ExternalSecretEntry;
  readonly decision: Decision & { readonly kind: 'sync' };
  readonly started: Pick<LastSync, 'at' | 'time'>;
}

/** What is to be written, and how it was come by. */
export interface Gathered {
  readonly made: Content;
  readonly sources: SourcesRead & { readonly kind: 'read' };
}

/** Within how long what happens again and again counts as a fight. */
export const fightSpan = 60_000;

/** Does with what was read as the policies say. What generators gave is kept account of if it is in the Secret, and taken back if not. */
export async function settle(attempt: Attempt, gathered: Gathered, options: SettleOptions, signal: AbortSignal, settleTarget: SettleTarget = settleContent): Promise<Reconciled | undefined> {
  const { generated, versions } = gathered.made;
  const { entry } = attempt;
  let isKept = false;
  try {
    const heldBack = holdBack(attempt, versions, options);
    if (heldBack !== undefined) return report(entry, heldBack, options);
    const settled = await settleTarget(attempt, gathered, options, signal, async () => {
      isKept = true;
      if (generated.length > 0) await options.states?.commit(attempt.decision.externalSecret, generated, signal);
    });
    if (settled?.outcome.kind === 'synced') options.memory.recordVersions(entry.metadata.uid ?? '', versions);
    return settled;
  } finally {
    if (!isKept) await takeBack(options.generators, generated);
  }
}

/** Does with content as the policies say. @param keepAccount to be called once the content is in the target */
export type SettleTarget = (attempt: Attempt, gathered: Gathered, options: SettleOptions, signal: AbortSignal, keepAccount: () => Promise<void>) => Promise<Reconciled | undefined>;

async function settleContent(attempt: Attempt, { made, sources }: Gathered, options: SettleOptions, signal: AbortSignal, keepAccount: () => Promise<void>): Promise<Reconciled | undefined> {
  const { entry, decision } = attempt;
  const { memory } = options;
  const { uid = '' } = entry.metadata;
  const { externalSecret } = decision;
  // reading takes time: what has changed meanwhile has an event of its own and is looked at again
  const fresh = stillWanted(attempt, options);
  if (fresh === undefined) return undefined;
  const notes = missingNotes(uid, made, memory);
  const isAnswered = made.isEmpty && externalSecret.spec.deletionPolicy !== 'Merge';
  if (isAnswered) return externalSecret.spec.deletionPolicy === 'Delete' ? remove(attempt, notes, options, signal) : conclude(attempt, { result: 'retained', wrote: false, notes }, options);

  const desired = desiredSecret(externalSecret, made.content, encodeProvenance(made.provenance));
  forgetSources(uid, sources, memory);
  const applied = await applyUnlessMerged(attempt, desired, fresh.live, options, signal);
  if (applied.kind === 'refused') return report(entry, stalled(applied.message), options, { awaitsTarget: true });
  if (applied.kind === 'missing') return conclude(attempt, { result: 'missing', wrote: false, awaitsTarget: true, notes }, options);
  await keepAccount();
  if (applied.kind === 'written' && decision.why === 'heal') memory.recordHeal(uid, attempt.started.at, fightSpan, applied.isOurs);
  const altered = applied.kind === 'written' ? alteration(applied.live, applied.desired) : undefined;
  if (altered !== undefined) return report(entry, altered, options);

  const orphaned = await removeOrphans(attempt, options, signal);
  memory.recordSources(uid, sources.memory);
  return conclude(attempt, { result: 'synced', wrote: applied.kind === 'written', notes: [...eventOf(applied), ...orphaned, ...notes] }, options);
}

/** The Secret stays as it is for good: what is around its values is brought in line, and the providers are not asked. */
export async function keep(attempt: Attempt, live: LiveSecret, options: SettleOptions, signal: AbortSignal): Promise<Reconciled> {
  const { externalSecret } = attempt.decision;
  const applied = await write(externalSecret, options.memory, () => keepSecret({ externalSecret, live }, options, signal));
  if (applied.kind === 'refused') return report(attempt.entry, stalled(applied.message), options, { awaitsTarget: true });
  return conclude(attempt, { result: 'synced', wrote: applied.kind === 'written', notes: eventOf(applied) }, options);
}

async function remove(attempt: Attempt, notes: readonly EventNote[], options: SettleOptions, signal: AbortSignal): Promise<Reconciled> {
  const { creationPolicy, refreshInterval } = attempt.decision.externalSecret.spec;
  if (creationPolicy !== 'Owner') {
    // as with what a template makes of its data, the provider's next answer may be another one
    if (refreshInterval > 0) options.lookAgain(keyOf(attempt.entry), refreshInterval);
    return report(attempt.entry, stalled(`could not delete secret: with creationPolicy ${creationPolicy} it is not this ExternalSecret's to delete; use creationPolicy Owner`), options);
  }
  const removed = await deleteTarget(attempt.decision.externalSecret, options, signal);
  if (removed.kind === 'refused') return report(attempt.entry, stalled(`could not delete secret: ${removed.message}`), options, { awaitsTarget: true });
  const event = { type: 'Normal', reason: externalSecretEvents.deleted, message: synced(0, 'deleted').message } as const;
  return conclude(attempt, { result: 'deleted', wrote: removed.deleted, notes: [...notes, ...(removed.deleted ? [event] : [])] }, options);
}

interface Conclusion {
  readonly result: SyncResult;
  /** The Secret was written or deleted. */
  readonly wrote: boolean;
  readonly awaitsTarget?: boolean;
  readonly notes?: readonly EventNote[];
}

/** Remembers and reports a sync that did not fail. */
export function conclude({ entry, decision, started }: Attempt, { result, wrote, awaitsTarget = false, notes = [] }: Conclusion, options: SettleOptions): Reconciled {
  const { memory, clock } = options;
  const { externalSecret, provider } = decision;
  const last: LastSync = { version: resourceVersionOf(entry.metadata), asked: requestOf(entry.metadata), provider, ...started, result };
  memory.recordSync(entry.metadata.uid ?? '', last);
  const now = clock.monotonic();
  const isFinal = result === 'missing' || isFrozen(externalSecret, liveTarget(externalSecret, options));
  const next = isFinal ? Infinity : dueAfter(externalSecret, last, { now, time: clock.now() }) - now;
  const status = statusAfterSync(externalSecret, last, wrote);
  return report(entry, synced(next, result), options, { awaitsTarget, events: notes, ...(status === undefined ? {} : { status }) });
}

/**
 * A write that is not completed may have happened all the same: from its beginning to its end nobody knows which texts the Secret is made
 * of, so that none counts as used, whatever the sources become meanwhile.
 */
export function forgetSources(uid: string, { memory: sources }: Gathered['sources'], memory: SyncMemory): void {
  if (sources !== undefined) memory.recordSources(uid, { versions: memory.sources(uid)?.versions ?? noVersions });
}

/** Other than all that there are. */
const noVersions = '';

/** What is gone from the provider is told when it is gone, and not at each refresh again. */
export function missingNotes(uid: string, { missing }: Content, memory: SyncMemory): readonly EventNote[] {
  const messages = missing.map(({ path, message }) => `secret does not exist at provider using ${path}: ${message}`);
  return memory.isNewlyMissing(uid, messages) ? messages.map((message) => ({ type: 'Normal', reason: externalSecretEvents.missing, message })) : [];
}

/** The same decision again, on what is known now; undefined where it has become another one. */
export function stillWanted({ entry, decision }: Attempt, options: SettleOptions): Observed | undefined {
  const current = options.caches.externalSecrets.get(keyOf(entry));
  if (current === undefined || current.metadata.uid !== entry.metadata.uid || current.metadata.generation !== entry.metadata.generation) return undefined;
  const observed = observe(current, options);
  const again = decide(observed, options.controllerClass);
  return again.kind === 'sync' && again.provider === decision.provider ? observed : undefined;
}

/** A Secret that is merged into has to be read before it is written, unless it is known to agree. */
async function applyUnlessMerged({ entry, decision }: Attempt, desired: DesiredSecret, live: LiveSecret | undefined, options: SettleOptions, signal: AbortSignal): Promise<Applied> {
  const { uid = '' } = entry.metadata;
  const { memory } = options;
  if (desired.isMerged && live !== undefined && memory.isMerged(uid, mergeId(live, desired))) return { kind: 'unchanged', live };
  const applied = await write(decision.externalSecret, memory, () => applySecret({ externalSecret: decision.externalSecret, desired, live }, options, signal));
  if (desired.isMerged && (applied.kind === 'unchanged' || applied.kind === 'written')) memory.recordMerge(uid, mergeId(applied.live, desired));
  return applied;
}

function mergeId({ metadata }: LiveSecret, { dataHash, labels, annotations }: DesiredSecret): string {
  const { [dataHashAnnotation]: _ofOurPart, [provenanceAnnotation]: _noReason, ...wanted } = annotations;
  return textHash(JSON.stringify([metadata.uid, metadata.resourceVersion, dataHash, labels, wanted]));
}

/** Writes the target so that the echo of it is known for one. */
export async function write(externalSecret: ExternalSecret, memory: SyncMemory, apply: () => Promise<Applied>): Promise<Applied> {
  const key = targetKey(externalSecret);
  memory.beginWrite(key);
  let live: LiveSecret | undefined;
  try {
    const applied = await apply();
    if (applied.kind === 'written') ({ live } = applied);
    return applied;
  } finally {
    memory.endWrite(key, live);
  }
}

function eventOf(applied: Applied): readonly EventNote[] {
  return applied.kind === 'written' ? [applied.event] : [];
}

/** A Secret that comes back otherwise than it was written would be written for ever. */
function alteration(live: LiveSecret, desired: DesiredSecret): Outcome | undefined {
  const drift = driftOf(live, desired);
  if (drift.kind !== 'update') return undefined;
  return failed(`the API server keeps Secret "${desired.name}" otherwise than it was written (${drift.differs.join(', ')}): does an admission webhook change it?`);
}

/** Only a change of the object leaves a Secret behind; after a restart it may have happened unseen. What is nobody's stays. */
async function removeOrphans({ decision: { externalSecret } }: Attempt, options: SettleOptions, signal: AbortSignal): ReturnType<typeof deleteOrphans> {
  const { uid = '' } = externalSecret.metadata;
  const isSame = options.memory.lastSync(uid)?.version === resourceVersionOf(externalSecret.metadata);
  if (isSame || externalSecret.spec.creationPolicy !== 'Owner') return [];
  return deleteOrphans(orphansOf(externalSecret, options.ownedBy(uid), options.caches), options, signal);
}
