import { statusFieldManager } from '../../api/names.ts';
import { keyOf } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { pushSecretType } from '../../kube/resource-types.ts';
import type { Log } from '../../lib/log.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import type { PushSecretCaches } from './caches.ts';
import type { PushMemory } from './push-memory.ts';

export interface PersistOptions {
  readonly cluster: Pick<Cluster, 'patchStatus'>;
  readonly caches: Pick<PushSecretCaches, 'pushSecrets'>;
  readonly memory: PushMemory;
  readonly log: Log;
}

/** A status keeps times to the second. */
const second = 1_000;
const concurrentWrites = 16;

/** Writes the refresh times that are only remembered. What fails is logged, and costs no more than a push that changes nothing. */
export async function persistRefreshTimes({ cluster, caches, memory, log }: PersistOptions, signal: AbortSignal): Promise<void> {
  const writes = createSemaphore(concurrentWrites);
  const lagging = [...caches.pushSecrets.values()].flatMap(({ metadata, parsed }) => {
    const last = memory.lastPush(metadata.uid ?? '');
    const isBehind = parsed.ok && last?.isComplete === true && last.time - Date.parse(parsed.value.status.refreshTime ?? '') > second;
    return isBehind ? [{ key: keyOf({ metadata }), refreshTime: formatTimestamp(last.time) }] : [];
  });
  const attempts = lagging.map(({ key, refreshTime }) => writes.run(() => cluster.patchStatus(pushSecretType, key, { refreshTime }, { fieldManager: statusFieldManager }, signal), signal));
  const settled = await Promise.allSettled(attempts);
  const failures: unknown[] = settled.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : [])).filter((reason) => !isKubeError(reason, 'absent'));
  if (failures.length > 0) log.warn({ count: failures.length, error: failures[0] }, 'refresh times of PushSecrets could not be written');
}
