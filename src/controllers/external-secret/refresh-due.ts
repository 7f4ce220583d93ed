import type { ExternalSecret } from '../../api/external-secret.ts';
import { isIntact, isUntouched } from '../../secret/drift.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { generatorsOf } from '../../secret/references.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { nextOpening } from '../../secret/sync-window.ts';
import type { Observed } from './observe.ts';
import { nextRefresh } from './refresh-schedule.ts';
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
  return spec.refreshPolicy === 'Periodic' && provider !== undefined && lastSync.provider !== undefined && lastSync.provider !== provider;
}

/** Whether what was last synced is still what is asked for. What is made once answers every later request. */
export function isSameRequest({ metadata, spec }: ExternalSecret, { lastSync }: Pick<Observed, 'lastSync'>): boolean {
  if (lastSync === undefined) return false;
  return spec.refreshPolicy === 'CreatedOnce' || lastSync.version === resourceVersionOf(metadata);
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
  return live !== undefined && isIntact(live, externalSecret);
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

/** A moment on both scales. */
type Moment = Pick<Observed, 'now' | 'time' | 'startedAt'>;

/**
 * When time is reason to read the provider again, on the monotonic scale; Infinity: never. Only while the windows let it, if there are
 * any: their next opening is known to the moment.
 */
export function dueAfter(externalSecret: ExternalSecret, lastSync: LastSync, { now, time, startedAt }: Moment): number {
  const { refreshPolicy, refreshInterval, syncWindows } = externalSecret.spec;
  if (refreshPolicy !== 'Periodic' || refreshInterval === 0) return Infinity;
  // a time in the future says nothing: the clock was wrong then or is now
  const isOpen = lastSync.failing === true || lastSync.at > now;
  const due = isOpen ? now : nextRefresh(externalSecret, lastSync.at, startedAt);
  if (syncWindows === undefined) return due;
  const from = Math.max(due, now);
  const wall = time + (from - now);
  const opening = nextOpening(syncWindows, wall);
  return opening > wall ? now + (opening - time) : from;
}
