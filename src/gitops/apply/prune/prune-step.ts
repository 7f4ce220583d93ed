import { summarise } from '../phase/apply-phase.ts';
import { deleteObjects } from './delete-objects.ts';
import type { Deletion, Judged } from './delete-objects.ts';
import type { ObjectRef } from '../object/object-ref.ts';
import { decidePrune, pruneCandidates, refusePrune } from './prune.ts';
import type { Inventory, PruneRules } from './prune.ts';
import { record, say, tell } from '../sync-run.ts';
import type { ObjectOutcome, Stop, SyncOptions, SyncRun } from '../sync-run.ts';

/** What came of pruning. */
export interface PruneResult {
  /** Why nothing may be deleted. */
  readonly refused: string | undefined;
  /** What stays in the inventory although Git no longer has it. */
  readonly kept: readonly ObjectRef[];
  readonly stop: Stop | undefined;
}

function note(run: SyncRun, ref: ObjectRef, status: ObjectOutcome['status'], message: string): void {
  record(run, { ref, phase: 'prune', wave: 0, hook: undefined, status, change: status === 'Pruned' ? 'pruned' : 'none', message });
}

function noteJudged(run: SyncRun, { ref, decision }: Judged): void {
  switch (decision.kind) {
    case 'delete':
      note(run, ref, 'Pruned', 'pruned');
      tell(run, { phase: 'prune', kind: 'object', message: 'pruned', object: ref });
      return;
    case 'keep':
      note(run, ref, 'PruneSkipped', decision.message);
      return;
    case 'failed':
      note(run, ref, 'SyncFailed', decision.message);
      return;
    case 'leaving':
    case 'gone':
      // nothing was done in this run
  }
}

function stopOf(judged: readonly Judged[]): Stop | undefined {
  const leaving = judged.flatMap(({ leaving }) => leaving ?? []);
  const failed = judged.flatMap(({ ref, decision }) => (decision.kind === 'failed' ? [`${ref.kind} ${ref.name}: ${decision.message}`] : []));
  if (failed.length > 0) return { kind: 'failed', phase: 'prune', message: summarise(failed) };
  return leaving.length > 0 ? { kind: 'waiting', phase: 'prune', message: `waiting until ${summarise(leaving)}` } : undefined;
}

/** The live object must still be there, or wait for its finalizers, to stay in the inventory. */
function isKept({ decision, leaving }: Judged, dryRun: boolean): boolean {
  return leaving !== undefined || decision.kind === 'keep' || decision.kind === 'failed' || (decision.kind === 'delete' && dryRun);
}

/** What a pass may delete. */
export function pruneRules({ instance, prune, allowEmpty, choices = {}, deletionApproved = false }: SyncOptions, desired: number): PruneRules {
  return { instance, prune, allowEmpty, desired, choices, approved: deletionApproved };
}

/**
 * Deletes what the inventory lists and Git no longer has, last applied first.
 * @param desired keys of all objects that Git has
 */
export async function pruneStep(run: SyncRun, inventory: Inventory, desired: ReadonlySet<string>): Promise<PruneResult> {
  const { propagation, mode, only = () => true } = run.options;
  const { projectRefusal, isConfined } = run.deps;
  const rules: PruneRules = { ...pruneRules(run.options, desired.size), ...(projectRefusal === undefined ? {} : { refusal: projectRefusal }) };
  const refused = refusePrune(inventory, rules);
  const all = pruneCandidates(inventory ?? [], desired);
  const [candidates, passed] = [all.filter(only), all.filter((ref) => !only(ref))];
  if (refused !== undefined) {
    for (const ref of candidates) note(run, ref, 'PruneSkipped', 'not deleted: the conditions say why');
    say(run, { phase: 'prune', kind: 'failed', message: refused });
    return { refused, kept: all, stop: undefined };
  }
  if (candidates.length === 0) return { refused, kept: passed, stop: undefined };
  const dryRun = mode === 'compare';
  const decide: Deletion['decide'] = (ref, live) => decidePrune(ref, live, rules);
  const deletion: Deletion = { cluster: run.deps.cluster, propagation, dryRun, decide, ...(isConfined === undefined ? {} : { isConfined }) };
  const { judged, pending } = await deleteObjects(deletion, candidates, run.signal);
  if (!dryRun) for (const one of judged) noteJudged(run, one);
  const kept = judged.filter((one) => isKept(one, dryRun)).map(({ ref }) => ref);
  return { refused, kept: [...kept, ...pending, ...passed], stop: stopOf(judged) };
}
