import type { ExternalSecret } from '../../api/external-secret.ts';
import { formatErrors } from '../../api/schema.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import type { KindState } from './generic/target-kinds.ts';
import type { Observed } from './observe.ts';
import { stalled, synced, waiting } from './outcomes.ts';
import { followsSources, isHeldByWindow, isNoticed, isSameRequest, isSecretIntact, isUnmarked, refreshDue } from './refresh-due.ts';
import { areServed, checkSources, isDenied, isOursToRefuse, providerOf, type Sources } from './sources.ts';

export type Decision =
  /** Not ours to reconcile, or on its way out: no status is written either. */
  | { readonly kind: 'ignore' }
  /** The stores are there and nobody has judged one of them yet. It will be in a moment, so that is not worth a status. */
  | { readonly kind: 'unjudged'; readonly outcome: Outcome }
  /** There is nothing to do but to say so. */
  | { readonly kind: 'report'; readonly outcome: Outcome }
  /** A refresh has failed, and the next attempt has to wait for a window: what was said of it stands for so many milliseconds. */
  | { readonly kind: 'held'; readonly after: number }
  /** The Secret has lost what says whose it is. Its values are right: nobody is asked for them. */
  | { readonly kind: 'mark'; readonly externalSecret: ExternalSecret; readonly live: LiveSecret }
  | ({ readonly kind: 'sync'; readonly externalSecret: ExternalSecret; readonly why: SyncReason; readonly due: number } & Sources);

/**
 * - `due`: something is asked for that was not read yet, or time is up
 * - `heal`: only because somebody changed the Secret
 * - `sources`: only because what the template is made of has changed, or seems to have
 */
export type SyncReason = 'due' | 'heal' | 'sources';

/** Decides what is to be done for one ExternalSecret; reads no clock and asks nobody. */
export function decide(observed: Observed, controllerClass: string): Decision {
  const { entry, namespace } = observed;
  if (entry.metadata.deletionTimestamp !== undefined || namespace.terminating) return { kind: 'ignore' };
  if (!entry.parsed.ok && !isOursToRefuse(controllerClass, observed)) return { kind: 'ignore' };
  if (!entry.parsed.ok) return { kind: 'report', outcome: stalled(`invalid ExternalSecret: ${formatErrors(entry.parsed.errors)}`) };
  if (!areServed(controllerClass, observed)) return { kind: 'ignore' };

  const obstacle = observed.kind === undefined ? undefined : checkKind(observed.kind);
  if (obstacle !== undefined) return obstacle;

  const externalSecret = entry.parsed.value;
  // a right that was taken away is told at once, not at the next refresh; the Secret stays
  const due = isDenied(observed) ? -Infinity : refreshDue(externalSecret, observed, providerOf(observed));
  if (due <= observed.now) return decideSync(externalSecret, observed, isSameRequest(externalSecret, observed) && !isSecretIntact(externalSecret, observed) ? 'heal' : 'due', due);
  const { live } = observed;
  if (live !== undefined && isUnmarked(externalSecret, live, observed)) return { kind: 'mark', externalSecret, live };
  if (followsSources(externalSecret, live) && haveSourcesChanged(observed)) return decideSync(externalSecret, observed, 'sources');
  const after = due - observed.now;
  return isHeldByWindow(externalSecret, observed) ? { kind: 'held', after } : { kind: 'report', outcome: synced(after, observed.lastSync?.result) };
}

/**
 * Whether the ConfigMaps and Secrets that hold templates are others than those that were rendered. After a restart, and where External
 * Secrets rendered them, the versions are not known: then a source counts as changed if it was written after the last sync, in a later
 * second. What had not changed is so left as it is, and a change that nobody saw is made good. Where generators take part it waits for the
 * next refresh: rendering anew takes their values, which nobody has any more, and a new template is no reason to rotate a password.
 */
function haveSourcesChanged({ sources, rendered, lastSync, generators }: Observed): boolean {
  if (sources === undefined || lastSync === undefined || generators.length > 0) return false;
  return rendered === undefined ? sources.writtenAt > lastSync.time : rendered.versions !== sources.versions;
}

/** A target that is no Secret has to be of a kind that may be made, and that is watched. */
function checkKind(kind: KindState): Decision | undefined {
  if (kind.state === 'watched') return undefined;
  if (kind.state === 'pending') return { kind: 'unjudged', outcome: waiting('the kind of the target is not watched yet: it may be that this controller may not list it') };
  return { kind: 'report', outcome: kind.state === 'refused' ? stalled(kind.message) : waiting(kind.message) };
}

/** @param due since when time is reason to read, on the monotonic clock; -Infinity: it is not */
function decideSync(externalSecret: ExternalSecret, observed: Observed, why: SyncReason, due = -Infinity): Decision {
  const checked = checkSources(observed);
  if (checked.kind !== 'ready') return checked;
  return { ...checked, kind: 'sync', externalSecret, why, due, urgent: why === 'heal' || !isSameRequest(externalSecret, observed) || isNoticed(observed) };
}
