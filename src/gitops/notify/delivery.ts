import type { Application } from '../../api/application.ts';
import { parseTimestamp } from '../../lib/timestamp.ts';
import { describePin, readPin } from '../history/rollback-pin.ts';

/**
 * How the delivery of a revision stands.
 * - `pending`: on its way, or in and not healthy yet
 * - `deployed`: synced and healthy
 * - `failed`: the sync has failed for good, or the revision is refused
 * - `degraded`: it was brought in, and does not run as it should
 */
export type DeliveryState = 'pending' | 'deployed' | 'failed' | 'degraded';

/** The delivery that an Application's status tells of. */
export interface Delivery {
  /** A commit; of several sources all of them, separated by commas. */
  readonly revision: string;
  readonly state: DeliveryState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When the operation has begun, in milliseconds since the epoch; of a revision that was refused, when that was told. */
  readonly startedAt: number;
  /** In one sentence; empty where there is nothing to say. */
  readonly cause: string;
  /** This revision is older than the newest one: why, and which one it stands for, where that is known. */
  readonly rollback?: { readonly summary: string; readonly replaces?: string; /** Nobody has asked for it. */ readonly automatic?: true };
  /** It was refused before anything was done: what was there before stays, and runs. */
  readonly isRefused?: true;
}

/** Our own words for a commit that cannot be planned; nothing else of a status names it. */
const refusal = /^revision ([0-9a-f]{40,64}) is refused: /;

/** What is under way, or was last; undefined where nothing was ever delivered, or times cannot be read. */
export function deliveryOf(application: Application): Delivery | undefined {
  return refusedOf(application) ?? operationOf(application);
}

/** A newer commit is refused, whatever the one before does. */
function refusedOf({ status }: Application): Delivery | undefined {
  const found = status.conditions?.find(({ type, message }) => type === 'ComparisonError' && refusal.test(message));
  const revision = found === undefined ? undefined : refusal.exec(found.message)?.[1];
  const since = parseTimestamp(found?.lastTransitionTime);
  if (found === undefined || revision === undefined || since === undefined) return undefined;
  return { revision, state: 'failed', since, startedAt: since, cause: found.message, isRefused: true };
}

function operationOf(application: Application): Delivery | undefined {
  const { operationState: operation, health, sync } = application.status;
  const revision = operation?.syncResult?.revision;
  const startedAt = parseTimestamp(operation?.startedAt);
  if (operation === undefined || revision === undefined || startedAt === undefined) return undefined;
  const shared = { revision, startedAt, ...rollbackOf(application, revision) };
  const finishedAt = parseTimestamp(operation.finishedAt) ?? startedAt;
  const healthSince = Math.max(finishedAt, parseTimestamp(health?.lastTransitionTime) ?? finishedAt);
  if (operation.phase === 'Failed' || operation.phase === 'Error') return { ...shared, state: 'failed', since: finishedAt, cause: operation.message ?? '' };
  if (operation.phase === 'Succeeded' && health?.status === 'Degraded') return { ...shared, state: 'degraded', since: healthSince, cause: health.message ?? '' };
  if (operation.phase === 'Succeeded' && health?.status === 'Healthy' && sync?.status === 'Synced') return { ...shared, state: 'deployed', since: healthSince, cause: '' };
  const cause = operation.phase === 'Succeeded' ? (health?.message ?? '') : (operation.message ?? '');
  return { ...shared, state: 'pending', since: startedAt, cause };
}

function rollbackOf(application: Application, revision: string): Pick<Delivery, 'rollback'> {
  const read = readPin(application);
  const pin = 'pin' in read && read.pin?.revision === revision ? read.pin : undefined;
  if (pin === undefined) return {};
  return { rollback: { summary: describePin(pin), ...(pin.replaces === undefined ? {} : { replaces: pin.replaces }), ...(pin.automatic === true ? { automatic: pin.automatic } : {}) } };
}
