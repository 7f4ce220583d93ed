import type { ExternalSecret } from '../../api/external-secret.ts';
import { textHash } from '../../secret/object-hash.ts';

const hour = 3_600_000;

/** Refreshes of a store meet at points this far apart at most, so that they share calls to the provider. */
const longestGrid = 60_000;
/** How far before its time a refresh may come, as a share of the interval. */
const gridShare = 1 / 16;

/**
 * When the provider is to be read again: one interval after the last read, or a little earlier, at a moment that all objects of
 * one store and interval share. Without that they drift apart, and each costs a call of its own. Stores have different moments.
 * @param last milliseconds on the clock's monotonic scale, as is the result; Infinity where time causes no read
 */
export function nextRefresh({ metadata, spec }: Pick<ExternalSecret, 'metadata' | 'spec'>, last: number): number {
  const { refreshInterval: interval, secretStoreRef: store } = spec;
  if (interval === 0) return Infinity;
  const grid = Math.min(longestGrid, interval * gridShare);
  const offset = fraction(store.kind === 'SecretStore' ? `${metadata.namespace}/${store.name}` : store.name) * grid;
  return Math.floor((last + interval - offset) / grid) * grid + offset;
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
