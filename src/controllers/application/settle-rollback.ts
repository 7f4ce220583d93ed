import type { ApplicationStatus } from '../../api/application-status.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import type { Stop } from '../../gitops/apply/sync-run.ts';
import { decideRollback } from '../../gitops/history/rollback-decision.ts';
import type { RollbackDecision } from '../../gitops/history/rollback-decision.ts';
import { describePin, printPin, rollbackAnnotation } from '../../gitops/history/rollback-pin.ts';
import { printRecord, readPolicy, readRecord, rollbackRecordAnnotation } from '../../gitops/history/rollback-policy.ts';
import type { EventNote } from '../../runtime/outcome.ts';
import { amendMetadata, withoutAnnotation } from './amend.ts';
import type { Amendment } from './amend.ts';
import type { ApplicationContext } from './context.ts';
import type { Observed } from './observe.ts';

/** What a pass has done about rollbacks. */
export interface SettledRollback {
  readonly events: readonly EventNote[];
  /** Look again after so many milliseconds. */
  readonly after?: number;
}

/** What a pass came to, as far as rollbacks are concerned. */
export interface RollbackPass {
  readonly status: ApplicationStatus;
  /** It has begun to bring a revision in. */
  readonly isNew: boolean;
  /** Where it stopped; undefined where it did not. `unknown`: nothing was tried, an attempt before has failed. */
  readonly stop: Stop['phase'] | 'unknown' | undefined;
  /** The commit that has brought the target in, where that is another one: it is the one that fares well or badly. */
  readonly broughtInAs?: string;
}

/** Until here a revision has written nothing that runs: the one before is still there. */
const beforeRelease: ReadonlySet<string> = new Set<Stop['phase'] | 'unknown'>(['namespace', 'plumbing', 'secrets', 'barrier', 'unknown']);

function annotated(changes: Readonly<Record<string, string>>): Amendment {
  return (metadata: ObjectMeta) => {
    const annotations = metadata.annotations ?? {};
    if (Object.entries(changes).every(([name, value]) => annotations[name] === value)) return undefined;
    return { ...metadata, annotations: { ...annotations, ...changes } };
  };
}

/** Changes nothing where somebody has pinned, moved or released the Application since this pass has looked: the next pass works with that. */
function whilePinStands(raw: KubeObject, change: Amendment): Amendment {
  const pin = raw.metadata.annotations?.[rollbackAnnotation];
  return (metadata) => (metadata.annotations?.[rollbackAnnotation] === pin ? change(metadata) : undefined);
}

/** When the revision that is worked on got past its barrier; undefined where it has not. */
function sinceOf(key: string, revision: string, { stop, status }: RollbackPass, context: ApplicationContext): number | undefined {
  const operation = status.operationState;
  if (operation?.syncResult?.revision !== revision) return undefined;
  const finished = operation.phase === 'Succeeded' && operation.finishedAt !== undefined ? Date.parse(operation.finishedAt) : undefined;
  const isReleased = stop === undefined || !beforeRelease.has(stop);
  return context.trials.since(key, revision, finished ?? (isReleased ? context.clock.now() : undefined));
}

function decide(observed: Observed, pass: RollbackPass, context: ApplicationContext): RollbackDecision {
  const { application, target, key, head, following } = observed;
  const policy = application.suspended ? undefined : readPolicy(application.metadata);
  if (policy === undefined || 'problem' in policy || following.kind !== 'branch' || head === undefined) return { kind: 'none' };
  const { operationState: operation, health } = pass.status;
  const record = readRecord(application.metadata);
  const revision = pass.broughtInAs ?? target.revision;
  return decideRollback({ policy, record, revision, head, operation, health, since: sinceOf(key, revision, pass, context), now: context.clock.now() });
}

/** Writes down what becomes of a pin that is there. */
async function settlePin({ following, raw }: Observed, isNew: boolean, context: ApplicationContext, signal: AbortSignal): Promise<readonly EventNote[]> {
  if (following.kind === 'branch') return [];
  if (following.kind === 'released') {
    await amendMetadata(context.cluster, raw, whilePinStands(raw, withoutAnnotation(rollbackAnnotation)), signal);
    return [{ type: 'Normal', reason: 'RollbackReleased', message: `a newer commit has come: no longer ${describePin(following.pin)}` }];
  }
  if (following.kind === 'completed') await amendMetadata(context.cluster, raw, whilePinStands(raw, annotated({ [rollbackAnnotation]: printPin(following.pin) })), signal);
  return isNew ? [{ type: 'Warning', reason: 'RolledBack', message: describePin(following.pin) }] : [];
}

/**
 * Keeps the annotations of rollbacks, after a pass: completes or releases a pin, remembers a healthy revision, gives up one that is not.
 * What it writes wakes the Application; the next pass brings it in.
 */
export async function settleRollback(observed: Observed, pass: RollbackPass, context: ApplicationContext, signal: AbortSignal): Promise<SettledRollback> {
  const events = await settlePin(observed, pass.isNew, context, signal);
  const rollback = decide(observed, pass, context);
  if (rollback.kind === 'watch') return { events, after: rollback.after };
  if (rollback.kind === 'remember' || rollback.kind === 'rollBack') {
    const pinned = rollback.kind === 'rollBack' ? { [rollbackAnnotation]: printPin(rollback.pin) } : {};
    const change = annotated({ [rollbackRecordAnnotation]: printRecord(rollback.record), ...pinned });
    await amendMetadata(context.cluster, observed.raw, whilePinStands(observed.raw, change), signal);
  }
  return { events };
}

