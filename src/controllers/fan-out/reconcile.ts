import type { ClusterDeclaration } from '../../api/cluster-declaration.ts';
import type { ObjectKey } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import { isKubeError, type KubeError } from '../../kube/kube-error.ts';
import { explainError } from '../../runtime/explain-error.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import type { ChildrenPlan, ChildWrite } from '../../secret/namespaced-children.ts';
import type { ActOptions, ChildWritten } from './act.ts';
import { deleteChild, writeChild } from './act.ts';
import { decide } from './decide.ts';
import type { FanOutSubject, ObserveOptions } from './observe.ts';
import { observe } from './observe.ts';
import type { SpreadFailure, SpreadResult } from './report.ts';
import { releaseDeclaration, releaseNamespace } from './release.ts';
import { isToldByAnother, listed, reportSpread } from './report.ts';

export interface ReconcileOptions<Spec> extends ActOptions<Spec>, ObserveOptions<Spec> {
  /** Asks for another look at a declaration in some milliseconds. */
  readonly lookAgain: (key: ObjectKey, after: number) => void;
}

/** Observe, decide, act: one declaration. Undefined: there is nothing to report. */
export async function reconcileDeclaration<Spec>(subject: FanOutSubject<Spec>, options: ReconcileOptions<Spec>, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { kind } = options;
  const observed = observe(subject, options);
  const decision = decide(observed, kind);
  // whatever becomes of the declaration: a Namespace never waits for it
  const stillHeld = await releaseAll(observed.held, `${kind.legacy?.namespacePrefix}${subject.name}`, options, signal);
  // a right that is lacking is no reason to hold the declaration back; once that is gone its Namespaces are tried again
  const [urgent] = decision.kind === 'ignore' ? stillHeld : stillHeld.filter(({ error }) => !isKubeError(error, 'denied'));
  if (urgent !== undefined && decision.kind !== 'spread') throw urgent.error;
  switch (decision.kind) {
    case 'ignore':
      return undefined;
    case 'report':
      return { outcome: decision.outcome };
    case 'release':
      await Promise.all(decision.children.map(({ metadata }) => deleteChild(metadata, subject.name, options, signal)));
      if (kind.legacy !== undefined) await releaseDeclaration(subject.name, kind.legacy.finalizer, options, signal);
      return undefined;
    default:
      return report(decision.declaration, withHeld(await spread(decision.declaration, decision.plan, options, signal), stillHeld), options);
  }
}

interface StillHeld {
  readonly namespace: string;
  readonly error: KubeError;
}

/** Takes the finalizer off Namespaces. Those of which it could not be taken off are no reason to leave anything else undone. */
async function releaseAll<Spec>(names: readonly string[], finalizer: string, options: ReconcileOptions<Spec>, signal: AbortSignal): Promise<readonly StillHeld[]> {
  const attempts = names.map(async (namespace): Promise<readonly StillHeld[]> => {
    try {
      await releaseNamespace(namespace, finalizer, options, signal);
      return [];
    } catch (error) {
      if (!isKubeError(error) || signal.aborted) throw error;
      return [{ namespace, error }];
    }
  });
  return (await Promise.all(attempts)).flat();
}

function withHeld(result: SpreadResult, stillHeld: readonly StillHeld[]): SpreadResult {
  const failures = stillHeld.map(({ namespace, error }) => ({ namespace, reason: `External Secrets' finalizer could not be taken off the Namespace: ${explainError(error).message}`, retry: error.retryAfter }));
  return { ...result, failed: [...result.failed, ...failures] };
}

/** A declaration that External Secrets has left as it should be is taken over without a write. */
function report<Spec>(declaration: ClusterDeclaration<Spec>, result: SpreadResult, { kind, lookAgain }: ReconcileOptions<Spec>): Reconciled | undefined {
  const reconciled = reportSpread(declaration, kind, result);
  if (!isToldByAnother(declaration, result)) return reconciled;
  const { outcome } = reconciled;
  if (outcome.kind === 'synced' && outcome.requeueAfter !== undefined) lookAgain(keyOf(declaration), outcome.requeueAfter);
  return undefined;
}

/** Writes what the plan says, each namespace by itself: what fails in one is no reason to leave out another. */
async function spread<Spec>(declaration: ClusterDeclaration<Spec>, plan: ChildrenPlan<Spec>, options: ReconcileOptions<Spec>, signal: AbortSignal): Promise<SpreadResult> {
  const settled = await Promise.all(plan.writes.map(async (write) => ({ write, result: await settle(write, declaration, options, signal) })));
  const where = (...results: readonly ChildWritten[]): readonly string[] => settled.flatMap(({ write, result }) => (typeof result === 'string' && results.includes(result) ? [write.namespace] : []));
  const { takenReason } = options.kind;
  const failed: readonly SpreadFailure[] = [
    ...[...plan.taken, ...where('taken')].map((namespace) => ({ namespace, reason: takenReason, retry: 'never' as const })),
    ...where('fought').map((namespace) => ({ namespace, reason: 'somebody else changes it again and again; it is tried again after a pause', retry: pause })),
    ...settled.flatMap(({ result }) => (typeof result === 'string' ? [] : [result])),
  ];
  const done = (['created', 'updated', 'deleted'] as const).flatMap((result) => {
    const names = where(result);
    return names.length === 0 ? [] : [`${result} in ${listed(names.toSorted())}`];
  });
  return {
    provisioned: [...plan.current, ...where('created', 'updated', 'unchanged')].toSorted(),
    failed: failed.toSorted((a, b) => (a.namespace < b.namespace ? -1 : 1)),
    absent: plan.absent,
    done,
  };
}

/** How long an object rests that somebody else fights over. */
const pause = 60_000;

/** One write; an API server that refuses it is a failure of this namespace alone. */
async function settle<Spec>(write: ChildWrite<Spec>, declaration: ClusterDeclaration<Spec>, options: ReconcileOptions<Spec>, signal: AbortSignal): Promise<ChildWritten | SpreadFailure> {
  try {
    return await writeChild(write, declaration, options, signal);
  } catch (error) {
    if (!isKubeError(error) || signal.aborted) throw error;
    return { namespace: write.namespace, reason: explainError(error).message, retry: error.retryAfter };
  }
}
