import type { ExternalSecret } from '../../api/external-secret.ts';
import { textHash } from '../../secret/object-hash.ts';
import { storesOf } from '../../secret/references.ts';
import { nextOpening } from '../../secret/sync-window.ts';
import type { SyncResult } from './sync-memory.ts';

const hour = 3_600_000;

/** Refreshes of a store meet at points this far apart at most, so that they share calls to the provider. */
const longestGrid = 60_000;
/** How far before its time a refresh may come, as a share of the interval. */
const gridShare = 1 / 16;

/** Over how long those refreshes are spread that fell due while no controller ran. */
const longestCatchUp = 600_000;
/** The same, as a share of the interval. */
const catchUpShare = 1 / 2;

/**
 * When the provider is to be read again: one interval after the last read, or a little earlier, at a moment that all objects of
 * one store and interval share. Without that they drift apart, and each costs a call of its own. Stores have different moments.
 * @param last milliseconds on the clock's monotonic scale, as is the result; Infinity where time causes no read
 * @param startedAt when the controller started, on the same scale. What fell due before, perhaps for hours, is not made good at once:
 *   objects that shared a moment share another one soon, different moments are spread.
 */
export function nextRefresh(externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>, last: number, startedAt = -Infinity): number {
  const { refreshInterval: interval, refreshPolicy } = externalSecret.spec;
  if (interval === 0 || refreshPolicy !== 'Periodic') return Infinity;
  const grid = Math.min(longestGrid, interval * gridShare);
  const group = groupOf(externalSecret);
  const offset = fraction(group) * grid;
  const slot = Math.floor((last + interval - offset) / grid);
  const due = slot * grid + offset;
  return due > startedAt ? due : startedAt + fraction(`${group} ${slot}`) * Math.min(longestCatchUp, interval * catchUpShare);
}

/** Whose refreshes share calls: those of one store. */
function groupOf({ metadata, spec }: Pick<ExternalSecret, 'metadata' | 'spec'>): string {
  const [store] = storesOf(spec);
  if (store === undefined) return `${metadata.namespace}/${metadata.name}`;
  return store.kind === 'SecretStore' ? `${metadata.namespace}/${store.name}` : store.name;
}

/** How much later than it should a refresh may succeed before its failure is worth another word. */
const staleAfter = { intervals: 2, beyond: 60_000 };

/** Why time is never a reason to read the provider for an object; undefined where it is one. */
export function untimedBy({ refreshPolicy, refreshInterval, creationPolicy, immutable }: RefreshPolicies): 'policy' | 'interval' | 'target' | 'immutable' | undefined {
  if (creationPolicy === 'None') return 'target';
  if (refreshPolicy !== 'Periodic') return 'policy';
  if (immutable) return 'immutable';
  return refreshInterval === 0 ? 'interval' : undefined;
}

type RefreshPolicies = Pick<ExternalSecret['spec'], 'refreshInterval' | 'refreshPolicy' | 'creationPolicy' | 'immutable' | 'syncWindows'>;

/** Whether a refresh is expected after so many milliseconds: what is never refreshed by design is never late. */
export function isRefreshExpected(spec: RefreshPolicies, result: SyncResult = 'synced'): boolean {
  return untimedBy(spec) === undefined && result !== 'missing';
}

/**
 * Whether the last success is so long ago that what the Secret holds may be out of date. What a window holds back is not late before the
 * window opens.
 * @param last milliseconds since the epoch, as is `now`
 */
export function isStale(spec: RefreshPolicies, last: number, now: number, result?: SyncResult): boolean {
  if (!isRefreshExpected(spec, result)) return false;
  const due = last + spec.refreshInterval;
  const possible = spec.syncWindows === undefined ? due : nextOpening(spec.syncWindows, due);
  return now - possible > spec.refreshInterval * (staleAfter.intervals - 1) + staleAfter.beyond;
}

/**
 * How long `status.refreshTime` may lag behind refreshes that changed nothing: one to two hours, spread over the objects.
 * @param uid of the ExternalSecret
 */
export function refreshTimeLag(uid: string): number {
  return hour * (1 + fraction(uid));
}

/** A number in [0, 1) that depends on nothing but the text. */
function fraction(text: string): number {
  return Number.parseInt(textHash(text).slice(0, 8), 16) / 2 ** 32;
}
