import type { ExternalSecret } from '../../api/external-secret.ts';
import { forceSyncAnnotation } from '../../api/names.ts';
import type { ObjectMeta } from '../../api/object.ts';
import { isIntact, isMarked, isUntouched } from '../../secret/drift.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { generatorsOf } from '../../secret/references.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { nextOpening } from '../../secret/sync-window.ts';
import type { Observed } from './observe.ts';
import { nextRefresh } from './refresh-schedule.ts';
import { generatedPart } from './sources.ts';
import type { LastSync } from './sync-memory.ts';

/**
 * The moment on the monotonic scale from which the provider is to be read; -Infinity: at once, Infinity: never.
 * @param provider which configuration of its stores would be read; undefined where that is not known
 */
export function refreshDue(externalSecret: ExternalSecret, observed: Observed, provider: string | undefined): number {
  const { lastSync } = observed;
  if (externalSecret.spec.creationPolicy === 'None') return Infinity;
  if (lastSync === undefined || !isSameRequest(externalSecret, observed) || !isSecretIntact(externalSecret, observed)) return -Infinity;
  if (isFrozen(externalSecret, observed.live)) return Infinity;
  if (isReadElsewhere(externalSecret, lastSync, provider)) return -Infinity;
  return dueAfter(externalSecret, lastSync, observed);
}

/** A store points somewhere else, or a generator makes something else, than when it was asked. */
function isReadElsewhere({ spec }: ExternalSecret, lastSync: LastSync, provider: string | undefined): boolean {
  if (spec.refreshPolicy !== 'Periodic' || provider === undefined || lastSync.provider === undefined) return false;
  if (generatorsOf(spec).length === 0) return lastSync.provider !== provider;
  // what is read anew is generated anew: another store is no reason to rotate a password
  return generatedPart(lastSync.provider) !== generatedPart(provider);
}

/**
 * Whether what was last synced is still what is asked for. What is made once answers every later request. Labels and annotations are no
 * request where a sync makes values that nobody has twice, or where time is no reason for one: a release that bumps a label must not
 * rotate a password. External Secrets takes no note of any request with an interval of 0, so that what its status says is no measure.
 */
export function isSameRequest({ metadata, spec }: ExternalSecret, { lastSync }: Pick<Observed, 'lastSync'>): boolean {
  if (lastSync === undefined) return false;
  if (spec.refreshPolicy === 'CreatedOnce' || lastSync.version === resourceVersionOf(metadata)) return true;
  const isCareful = generatorsOf(spec).length > 0 || (spec.refreshPolicy === 'Periodic' && spec.refreshInterval === 0);
  if (!isCareful) return false;
  if (lastSync.asked !== undefined) return lastSync.asked === requestOf(metadata);
  return lastSync.isOthers === true || lastSync.version.startsWith(`${metadata.generation ?? 0}-`);
}

/** What an object asks for by its spec and by the annotation that is there to ask. */
export function requestOf({ generation = 0, annotations }: ObjectMeta): string {
  return `${generation} ${annotations?.[forceSyncAnnotation] ?? ''}`;
}

/**
 * Whether the Secret is as the last sync has left it. An orphan is its maker's no longer: what becomes of it is made good when it is
 * due. One that was deleted or retained because the provider holds nothing is not made of nothing.
 */
export function isSecretIntact(externalSecret: ExternalSecret, { live, target, lastSync }: Pick<Observed, 'live' | 'target' | 'lastSync'>): boolean {
  const { creationPolicy } = externalSecret.spec;
  const { result = 'synced' } = lastSync ?? {};
  if (creationPolicy === 'Orphan' || result === 'deleted' || result === 'retained') return true;
  if (creationPolicy === 'Merge' && live === undefined && target === undefined) return result === 'missing';
  if (live === undefined) return false;
  return externalSecret.spec.manifest === undefined ? isUntouched(live) : isIntact(live, externalSecret);
}

/** Whether a Secret whose values are right does not say whose it is. */
export function isUnmarked(externalSecret: ExternalSecret, live: LiveSecret, { lastSync }: Pick<Observed, 'lastSync'>): boolean {
  return externalSecret.spec.manifest === undefined && (lastSync?.result ?? 'synced') === 'synced' && isUntouched(live) && !isMarked(live, externalSecret);
}

/** Whether a refresh that time asks for, and that has not come to anything yet, waits for a window. */
export function isHeldByWindow(externalSecret: ExternalSecret, { lastSync, live, outcome = 'synced', now, startedAt, noticedAt }: Observed): boolean {
  const { refreshPolicy, refreshInterval, syncWindows } = externalSecret.spec;
  if (lastSync === undefined || syncWindows === undefined || isFrozen(externalSecret, live) || refreshPolicy !== 'Periodic' || refreshInterval === 0) return false;
  return lastSync.failing === true || (outcome !== 'synced' && (isNoticed({ lastSync, noticedAt }) || nextRefresh(externalSecret, lastSync.at, startedAt) <= now));
}

/** Whether the Secret is there and may never be written again: the provider need not be asked what it would hold. */
export function isFrozen({ spec }: Pick<ExternalSecret, 'spec'>, live: LiveSecret | undefined): live is LiveSecret {
  return spec.immutable && live !== undefined && isUntouched(live);
}

/** Whether a change of what templates are made of is a reason to make the Secret anew. It must not rotate what a generator made for good. */
export function followsSources({ spec }: Pick<ExternalSecret, 'spec'>, live: LiveSecret | undefined): boolean {
  if (spec.creationPolicy === 'None' || spec.refreshPolicy === 'CreatedOnce' || isFrozen({ spec }, live)) return false;
  return generatorsOf(spec).length === 0 || (spec.refreshPolicy === 'Periodic' && spec.refreshInterval > 0);
}

/** Whether its provider has told of a change that the last sync, which began before, may not have seen. */
export function isNoticed({ lastSync, noticedAt = -Infinity }: { readonly lastSync?: LastSync | undefined; readonly noticedAt?: number | undefined }): boolean {
  return lastSync !== undefined && noticedAt >= lastSync.at;
}

/** A moment on both scales. */
type Moment = Pick<Observed, 'now' | 'time' | 'startedAt' | 'noticedAt'>;

/**
 * When time is reason to read the provider again, on the monotonic scale; Infinity: never. Only while the windows let it, if there are
 * any: their next opening is known to the moment.
 */
export function dueAfter(externalSecret: ExternalSecret, lastSync: LastSync, { now, time, startedAt, noticedAt }: Moment): number {
  const { refreshPolicy, refreshInterval, syncWindows } = externalSecret.spec;
  if (refreshPolicy !== 'Periodic' || refreshInterval === 0) return Infinity;
  // a time in the future says nothing: the clock was wrong then or is now
  const isOpen = lastSync.failing === true || lastSync.at > now;
  // what was read since then, for others, is right for it
  const noticed = isNoticed({ lastSync, noticedAt }) ? noticedAt : undefined;
  const due = noticed ?? (isOpen ? now : nextRefresh(externalSecret, lastSync.at, startedAt));
  if (syncWindows === undefined) return due;
  const from = Math.max(due, now);
  const wall = time + (from - now);
  const opening = nextOpening(syncWindows, wall);
  return opening > wall ? now + (opening - time) : from;
}
