import { externalSecretEvents } from '../../../api/names.ts';
import { keyOf } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import type { EventNote, Reconciled } from '../../../runtime/outcome.ts';
import { desiredManifest } from '../../../secret/manifest/desired-manifest.ts';
import { targetName } from '../../../secret/provides.ts';
import { resourceVersionOf } from '../../../secret/resource-version.ts';
import { failed, stalled, waiting } from '../outcomes.ts';
import { report } from '../report.ts';
import type { Attempt, Gathered, SettleOptions } from '../settle.ts';
import { conclude, fightSpan, forgetSources, missingNotes, stillWanted } from '../settle.ts';
import type { AppliedManifest } from './apply-manifest.ts';
import { applyManifest, deleteManifest } from './apply-manifest.ts';
import type { TargetKind, TargetKinds } from './target-kinds.ts';

/** Objects of others, and those that are not there, are not watched: whoever waits for one looks again. */
const lookAgainAfter = 300_000;

/** Does with what was read as the policies say, where the target is no Secret. Undefined: overtaken by events. */
export async function settleManifest(attempt: Attempt, gathered: Gathered, options: SettleOptions, signal: AbortSignal, keepAccount: () => Promise<void>): Promise<Reconciled | undefined> {
  try {
    return await settleObject(attempt, gathered, options, signal, keepAccount);
  } catch (error) {
    if (!isKubeError(error) || error.kind === 'conflict' || error.kind === 'exists' || signal.aborted) throw error;
    return report(attempt.entry, failed(`could not update target: ${error.message}`, error.retryAfter), options);
  }
}

async function settleObject(attempt: Attempt, gathered: Gathered, options: SettleOptions, signal: AbortSignal, keepAccount: () => Promise<void>): Promise<Reconciled | undefined> {
  const { entry, decision } = attempt;
  const { externalSecret } = decision;
  const { manifest: kind, deletionPolicy } = externalSecret.spec;
  const { memory, targets } = options;
  const { uid = '' } = entry.metadata;
  if (kind === undefined || targets === undefined || stillWanted(attempt, options) === undefined) return undefined;
  const known = targets.stateOf(kind);
  if (known.state !== 'watched') return report(entry, waiting(`${kind.kind} "${targetName(externalSecret)}" cannot be written: its kind is not watched any more`), options);
  const notes = missingNotes(uid, gathered.made, memory);
  if (gathered.made.manifest === undefined) return deletionPolicy === 'Delete' ? remove(attempt, known, notes, options, signal) : conclude(attempt, { result: 'retained', wrote: false, notes }, options);

  const desired = desiredManifest(externalSecret, kind, gathered.made.manifest);
  forgetSources(uid, gathered.sources, memory);
  const applied = await applyManifest({ externalSecret, type: known.type, desired }, options, signal);
  if (applied.kind === 'refused') return refused(attempt, applied.message, options);
  if (applied.kind === 'missing') {
    options.lookAgain(keyOf(entry), lookAgainAfter);
    return conclude(attempt, { result: 'missing', wrote: false, notes }, options);
  }
  await keepAccount();
  const wrote = applied.kind === 'written';
  targets.settle(kind, applied.object, wrote);
  if (wrote && decision.why === 'heal') memory.recordHeal(uid, attempt.started.at, fightSpan);
  const orphaned = await removeOrphans(attempt, kind, targets, options, signal);
  memory.recordSources(uid, gathered.sources.memory);
  return conclude(attempt, { result: 'synced', wrote, notes: [...eventOf(applied), ...orphaned, ...notes] }, options);
}

function refused({ entry }: Attempt, message: string, options: SettleOptions): Reconciled {
  options.lookAgain(keyOf(entry), lookAgainAfter);
  return report(entry, stalled(message), options);
}

async function remove(attempt: Attempt, { type }: { readonly type: Parameters<typeof deleteManifest>[1] }, notes: readonly EventNote[], options: SettleOptions, signal: AbortSignal): Promise<Reconciled> {
  const { externalSecret } = attempt.decision;
  const name = targetName(externalSecret);
  const removed = await deleteManifest(externalSecret, type, name, options, signal);
  if (removed.kind === 'refused') return refused(attempt, `could not delete it: ${removed.message}`, options);
  const wrote = removed.kind === 'deleted';
  const event = { type: 'Normal', reason: externalSecretEvents.deleted, message: `${type.kind} "${name}" deleted due to DeletionPolicy=Delete` } as const;
  return conclude(attempt, { result: 'deleted', wrote, notes: [...notes, ...(wrote ? [event] : [])] }, options);
}

function eventOf(applied: AppliedManifest): readonly EventNote[] {
  return applied.kind === 'written' ? [applied.event] : [];
}

/** Objects that were made under an earlier name or kind, as far as their kind is watched; the rest goes with its ExternalSecret. */
async function removeOrphans({ decision: { externalSecret } }: Attempt, kind: TargetKind, targets: TargetKinds, options: SettleOptions, signal: AbortSignal): Promise<readonly EventNote[]> {
  const { uid = '', namespace } = externalSecret.metadata;
  const isSame = options.memory.lastSync(uid)?.version === resourceVersionOf(externalSecret.metadata);
  if (isSame || externalSecret.spec.creationPolicy !== 'Owner') return [];
  const notes: EventNote[] = [];
  for (const { kind: other, type, live } of targets.ownedBy(uid)) {
    const { name } = live.metadata;
    const isTarget = name === targetName(externalSecret) && other.apiVersion === kind.apiVersion && other.kind === kind.kind;
    if (isTarget || live.metadata.namespace !== namespace) continue;
    const removed = await deleteManifest(externalSecret, type, name, options, signal);
    if (removed.kind === 'deleted') notes.push({ type: 'Normal', reason: externalSecretEvents.deleted, message: `${type.kind} "${name}" deleted because it was orphaned` });
  }
  return notes;
}
