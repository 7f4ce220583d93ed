import type { ObjectKey } from '../api/object.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../kube/port.ts';
import type { Log } from '../lib/log.ts';
import type { Semaphore } from '../lib/semaphore.ts';
import { formatTimestamp } from '../lib/timestamp.ts';

/** A refresh that is only remembered. */
export interface RememberedRefresh {
  readonly key: ObjectKey;
  /** Milliseconds since the epoch; undefined: there was none. */
  readonly time: number | undefined;
  /** What the status says of it. */
  readonly refreshTime: string | null | undefined;
}

export interface WriteOptions {
  readonly cluster: Pick<Cluster, 'patchStatus'>;
  readonly type: ResourceType;
  readonly fieldManager: string;
  readonly writes: Semaphore;
  readonly log: Log;
}

/** A status keeps times to the second. */
const second = 1_000;

/**
 * Writes the refresh times that statuses lag behind, so that after a restart nothing is done too early. What fails is logged with
 * `failure`, and costs no more than one refresh.
 */
export async function writeRefreshTimes(refreshes: readonly RememberedRefresh[], failure: string, { cluster, type, fieldManager, writes, log }: WriteOptions, signal: AbortSignal): Promise<void> {
  const attempts = refreshes.flatMap(({ key, time, refreshTime }) => {
    if (time === undefined || !(time - Date.parse(refreshTime ?? '') > second)) return [];
    // this field alone: whatever else has changed meanwhile stays
    return [writes.run(() => cluster.patchStatus(type, key, { refreshTime: formatTimestamp(time) }, { fieldManager }, signal), signal)];
  });
  const settled = await Promise.allSettled(attempts);
  const failures: unknown[] = settled.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : [])).filter((reason) => !isKubeError(reason, 'absent'));
  if (failures.length > 0) log.warn({ count: failures.length, error: failures[0] }, failure);
}
