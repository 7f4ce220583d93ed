import { statusFieldManager } from '../../api/names.ts';
import { keyOf } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { externalSecretType } from '../../kube/resource-types.ts';
import type { Log } from '../../lib/log.ts';
import type { Semaphore } from '../../lib/semaphore.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import type { ExternalSecretCaches } from './observe.ts';
import type { SyncMemory } from './sync-memory.ts';

export interface PersistOptions {
  readonly cluster: Pick<Cluster, 'patchStatus'>;
  readonly caches: Pick<ExternalSecretCaches, 'externalSecrets'>;
  readonly memory: SyncMemory;
  readonly writes: Semaphore;
  readonly log: Log;
}

/** A status keeps times to the second. */
const second = 1_000;

/**
 * Writes the refresh times that are only remembered, so that after a restart nothing is read too early.
 * What fails is logged, and costs no more than a read.
 */
export async function persistRefreshTimes({ cluster, caches, memory, writes, log }: PersistOptions, signal: AbortSignal): Promise<void> {
  const lagging = [...caches.externalSecrets.values()].flatMap(({ metadata, parsed }) => {
    const last = memory.lastSync(metadata.uid ?? '');
    const isBehind = parsed.ok && last !== undefined && last.time - Date.parse(parsed.value.status.refreshTime ?? '') > second;
    return isBehind ? [{ key: keyOf({ metadata }), refreshTime: formatTimestamp(last.time) }] : [];
  });
  const attempts = lagging.map(({ key, refreshTime }) =>
    // this field alone: whatever else has changed meanwhile stays
    writes.run(() => cluster.patchStatus(externalSecretType, key, { refreshTime }, { fieldManager: statusFieldManager }, signal), signal),
  );
  const settled = await Promise.allSettled(attempts);
  const failures: unknown[] = settled.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : [])).filter((reason) => !isKubeError(reason, 'absent'));
  if (failures.length > 0) log.warn({ count: failures.length, error: failures[0] }, 'refresh times could not be written');
}
