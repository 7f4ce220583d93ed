import { pushSecretFinalizer, pushSecretReasons } from '../../api/names.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import type { Observed } from './observe.ts';
import { sourceDeleted, synced, waiting } from './outcomes.ts';

/**
 * Why it is pushed.
 * - `asked`: generation or metadata are others than those that were pushed, or nothing is known of a push
 * - `sources`: what it is made of has changed, or seems to have
 * - `stores`: it is for other stores now, or one of them points somewhere else
 * - `retry`: not all of it was done the last time
 * - `interval`: only because time is up
 */
export type PushReason = 'asked' | 'sources' | 'stores' | 'retry' | 'interval';

export type Decision =
  /** Not ours to reconcile, or on its way out with its namespace: no status is written either. */
  | { readonly kind: 'ignore' }
  /** Nothing is due. */
  | { readonly kind: 'rest'; readonly outcome: Outcome & { readonly kind: 'synced' } }
  /** There is nothing to push. */
  | { readonly kind: 'report'; readonly outcome: Outcome }
  /** What it pushed is gone and has to go from the providers, once it is certain. */
  | { readonly kind: 'cleanUp'; readonly missing: string }
  | { readonly kind: 'push'; readonly why: PushReason };

/** What to do about the finalizer first. */
export type FinalizerChange = 'add' | 'remove' | 'none';

/** Decides what is to be done for a PushSecret that parses and stays; reads no clock and asks nobody. */
export function decide(pushSecret: PushSecret, observed: Observed): Decision {
  const { entry, namespace, stores, sources } = observed;
  if (namespace.terminating) return { kind: 'ignore' };
  // another controller's, or all its stores are on their way out: as External Secrets, we say nothing
  if (stores.isForeign || (stores.stores.length === 0 && stores.problems.length === 0)) return { kind: 'ignore' };
  if (sources.missing !== undefined) {
    if (entry.deletes && observed.isOut && pushSecret.spec.source.kind !== 'generator') return { kind: 'cleanUp', missing: sources.missing };
    return { kind: 'report', outcome: isCleanedUp(pushSecret) ? sourceDeleted : waiting(`could not get source secret: ${sources.missing}`) };
  }
  const why = pushReason(pushSecret, observed);
  return why === undefined ? { kind: 'rest', outcome: synced(pushSecret.spec, nextPush(pushSecret, observed) - observed.now) } : { kind: 'push', why };
}

function isCleanedUp({ status }: PushSecret): boolean {
  return status.conditions.some(({ type, reason }) => type === 'Ready' && reason === pushSecretReasons.sourceDeleted);
}

function pushReason(pushSecret: PushSecret, observed: Observed): PushReason | undefined {
  const { last, sources, now } = observed;
  if (last === undefined || last.version !== resourceVersionOf(pushSecret.metadata)) return 'asked';
  // also where all was done, and could not be written into the status
  if (!last.isComplete || !isRecorded(pushSecret, last.version)) return 'retry';
  if (last.sources === undefined && isAdoptedForGood(pushSecret)) return haveStoresChanged(observed) ? 'stores' : undefined;
  // after a restart the versions are not known: then a source counts as changed if it was written in a later second than the push
  if (last.sources === undefined ? sources.writtenAt > last.time : last.sources !== sources.versions) return 'sources';
  if (haveStoresChanged(observed)) return 'stores';
  return nextPush(pushSecret, observed) <= now ? 'interval' : undefined;
}

/**
 * External Secrets pushed it once and for all: what has changed since, it has left alone. No status of its own has observedGeneration; where
 * our CRD is in use it stays at its start, -1.
 */
export function isAdoptedForGood({ spec, status }: PushSecret): boolean {
  return spec.refreshInterval === 0 && (status.observedGeneration ?? -1) < 0;
}

function isRecorded({ status }: PushSecret, version: string): boolean {
  return status.syncedResourceVersion === version && status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

function haveStoresChanged({ last, stores }: Observed): boolean {
  const known = last?.stores ?? new Map<string, string | undefined>();
  const wanted = new Map(stores.stores.map(({ key, state }) => [key, state]));
  const isOther = ([key, state]: readonly [string, string]): boolean => !known.has(key) || (known.get(key) ?? state) !== state;
  return [...wanted].some(isOther) || [...known.keys()].some((key) => !wanted.has(key) && !stores.left.has(key));
}

/** The moment on the monotonic scale at which time alone is a reason; Infinity: never. */
function nextPush({ spec }: PushSecret, { last }: Observed): number {
  return spec.refreshInterval === 0 ? Infinity : (last?.at ?? -Infinity) + spec.refreshInterval;
}

/** A finalizer only where deletion takes more than the garbage collector: something is out there that has to go, or is about to be. */
export function finalizerChange({ entry: { deletes, metadata }, isOut }: Pick<Observed, 'entry' | 'isOut'>, decision: Decision): FinalizerChange {
  const isThere = (metadata.finalizers ?? []).includes(pushSecretFinalizer);
  if (decision.kind === 'ignore') return 'none';
  if (!deletes) return isThere ? 'remove' : 'none';
  return !isThere && (decision.kind === 'push' || isOut) ? 'add' : 'none';
}
