import { statusFieldManager } from '../../api/names.ts';
import { keyOf } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { pushSecretType } from '../../kube/resource-types.ts';
import type { Log } from '../../lib/log.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { writeRefreshTimes } from '../../runtime/write-refresh-times.ts';
import type { PushSecretCaches } from './caches.ts';
import type { PushMemory } from './push-memory.ts';

export interface PersistOptions {
  readonly cluster: Pick<Cluster, 'patchStatus'>;
  readonly caches: Pick<PushSecretCaches, 'pushSecrets'>;
  readonly memory: PushMemory;
  readonly log: Log;
}

const concurrentWrites = 16;

/** Writes the refresh times that are only remembered, of pushes that were complete. */
export async function persistRefreshTimes({ cluster, caches, memory, log }: PersistOptions, signal: AbortSignal): Promise<void> {
  const remembered = [...caches.pushSecrets.values()].flatMap(({ metadata, parsed }) => {
    const last = memory.lastPush(metadata.uid ?? '');
    return parsed.ok && last?.isComplete === true ? [{ key: keyOf({ metadata }), time: last.time, refreshTime: parsed.value.status.refreshTime }] : [];
  });
  const options = { cluster, type: pushSecretType, fieldManager: statusFieldManager, writes: createSemaphore(concurrentWrites), log };
  await writeRefreshTimes(remembered, 'refresh times of PushSecrets could not be written', options, signal);
}
