import { isDeepStrictEqual } from 'node:util';
import type { Application } from '../../api/application.ts';
import type { ApplicationStatus, OperationState, Verbatim } from '../../api/application-status.ts';
import type { Following, RollbackPin } from '../../gitops/history/rollback-pin.ts';
import { standingOperation } from '../../gitops/history/requested-operation.ts';
import { operationDestination, operationPruning, pruningOf, startOperation, untilNextAttempt } from '../../gitops/history/operation.ts';

const skipAnnotation = 'argocd.argoproj.io/skip-reconcile';

/** Whether the Application is ours to reconcile at all. */
export type Claim = { readonly ours: true } | { readonly ours: false; readonly reason: string; readonly message: string };

/**
 * Argo CD leaves an Application alone that says skip-reconcile; so where Argo CD runs, that is how an Application is handed to
 * us, and all others are Argo CD's. Where it does not run, the annotation means what it says: nobody reconciles.
 */
export function decideClaim(annotations: Readonly<Record<string, string>>, argoRuns: boolean): Claim {
  const skip = annotations[skipAnnotation] === 'true';
  if (argoRuns && !skip) {
    const message = `an Argo CD controller runs in this namespace and reconciles this Application; annotate it with ${skipAnnotation}: "true" to hand it over`;
    return { ours: false, reason: 'ArgoCDRuns', message };
  }
  if (argoRuns || !skip) return { ours: true };
  return { ours: false, reason: 'Skipped', message: `annotation ${skipAnnotation} is set; remove it to have this Application reconciled` };
}

/** What the Application should come to. */
export interface Target {
  readonly revision: string;
  /** As they stand in the manifest. */
  readonly source: Verbatim;
  readonly destination: Verbatim;
  /** What `spec.syncPolicy` says of every sync; absent: nothing. */
  readonly policy?: { readonly syncOptions?: unknown; readonly retry?: unknown };
}

export type SyncDecision =
  /** Write nothing, say what differs. */
  | { readonly kind: 'compare'; readonly broughtInAs?: string }
  /** The target is in; keep it so. `broughtInAs`: by another commit, which says the same. */
  | { readonly kind: 'heal'; readonly broughtInAs?: string }
  | { readonly kind: 'sync'; readonly operation: OperationState; readonly isNew: boolean }
  /** The last attempt has failed, and the next one is not due. */
  | { readonly kind: 'backoff'; readonly operation: OperationState; readonly after: number };

export interface DecisionInput {
  readonly application: Pick<Application, 'spec' | 'status' | 'suspended'>;
  readonly target: Target;
  /** Somebody asked for this sync: `up`. It needs no automated policy. */
  readonly requested: boolean;
  /** Whether values that its charts take from the cluster have changed since they were brought in: that is a new desired state. Absent: they have not. */
  readonly haveValuesChanged?: boolean;
  /** Whether it is rolled back: that is asked for, too. Absent: it is not. */
  readonly following?: Following;
  /** Whether the target says of each object what was brought in last. Absent: nobody knows. */
  readonly isSameState?: () => boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Whether the operation on record was about the target's source and destination, whatever the commit. */
function isFromThere({ sync }: ApplicationStatus, operation: OperationState, target: Target): boolean {
  if (!isDeepStrictEqual(operation.syncResult?.source, target.source)) return false;
  const destination = operationDestination(operation);
  return destination === undefined ? isDeepStrictEqual(sync?.comparedTo?.destination, target.destination) : destination === JSON.stringify(target.destination);
}

/** Whether the target is on record as what the cluster is: after a restart nobody remembers what came in by which commit. */
function isFoundSynced({ sync }: ApplicationStatus, { revision, source, destination }: Target): boolean {
  return sync?.status === 'Synced' && sync.revision === revision && isDeepStrictEqual(sync.comparedTo?.source, source) && isDeepStrictEqual(sync.comparedTo?.destination, destination);
}

/**
 * Whether the operation on record has to do with the target: it was about this very commit, or has brought in another one that says the same.
 * Where nothing is OutOfSync, a commit begins no operation in Argo CD either (appcontroller.go, autoSync): only the status names it. What has
 * drifted is brought in with the next commit, as there.
 */
function concerns(input: DecisionInput, operation: OperationState): boolean {
  const { application: { status }, target, requested, isSameState = () => false } = input;
  if (!isFromThere(status, operation, target)) return false;
  if (operation.syncResult?.revision === target.revision) return true;
  if (operation.phase !== 'Succeeded' || pinOf(input) !== undefined) return false;
  const { sync } = status;
  const isDrifted = sync?.status !== 'Synced' && sync?.revision !== target.revision;
  return (!isDrifted && isSameState()) || (!requested && isFoundSynced(status, target));
}

/** Something is left that the operation on record was not allowed to delete, and the policy has changed since. */
function mayPruneNow({ spec, status }: DecisionInput['application'], operation: OperationState): boolean {
  const { automated } = spec.syncPolicy;
  const before = operationPruning(operation);
  const isLeft = status.resources?.some(({ requiresPruning }) => requiresPruning === true) === true;
  return isLeft && automated?.prune === true && before !== undefined && before !== pruningOf(automated);
}

/** The pin that the target is by, if it is. */
function pinOf({ following }: DecisionInput): RollbackPin | undefined {
  return following?.kind === 'pinned' || following?.kind === 'completed' ? following.pin : undefined;
}

/** What to do now. A commit that changes something, or a new spec, makes a new operation at any time: it supersedes one that waits or has failed. */
export function decideSync(input: DecisionInput): SyncDecision {
  const { application, target, requested, now } = input;
  const { automated, retry } = application.spec.syncPolicy;
  const pin = pinOf(input);
  // what nobody has asked for does not happen while the Application is suspended
  const isPinned = pin !== undefined && !(application.suspended && pin.automatic === true);
  if (automated === undefined && !requested && !isPinned) return { kind: 'compare' };
  const operation = standingOperation(application.status);
  if (operation === undefined || !concerns(input, operation) || mayPruneNow(application, operation)) {
    const { prune = false, allowEmpty = false } = automated ?? {};
    const isAutomated = pin === undefined ? automated !== undefined : pin.automatic === true;
    const wish = { ...target, prune, allowEmpty, automated: isAutomated, ...(pin?.by === undefined ? {} : { by: pin.by }) };
    return { kind: 'sync', operation: startOperation(wish, now), isNew: true };
  }
  if (operation.phase === 'Succeeded') {
    const isHealed = requested || automated?.selfHeal === true || (automated !== undefined && input.haveValuesChanged === true);
    const revision = operation.syncResult?.revision;
    return { kind: isHealed ? 'heal' : 'compare', ...(revision === undefined || revision === target.revision ? {} : { broughtInAs: revision }) };
  }
  const after = untilNextAttempt(operation, retry, now);
  return after > 0 ? { kind: 'backoff', operation, after } : { kind: 'sync', operation, isNew: false };
}
