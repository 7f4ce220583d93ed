import { statusFieldManager } from '../../api/names.ts';
import { keyOf } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { externalSecretType } from '../../kube/resource-types.ts';
import type { Log } from '../../lib/log.ts';
import type { Semaphore } from '../../lib/semaphore.ts';
import { writeRefreshTimes } from '../../runtime/write-refresh-times.ts';
import type { ExternalSecretCaches } from './observe.ts';
import type { SyncMemory } from './sync-memory.ts';

export interface PersistOptions {
  readonly cluster: Pick<Cluster, 'patchStatus'>;
  readonly caches: Pick<ExternalSecretCaches, 'externalSecrets'>;
  readonly memory: SyncMemory;
  readonly writes: Semaphore;
  readonly log: Log;
}

/** Writes the refresh times that are only remembered, so that after a restart nothing is read too early. */
export async function persistRefreshTimes({ cluster, caches, memory, writes, log }: PersistOptions, signal: AbortSignal): Promise<void> {
  const remembered = [...caches.externalSecrets.values()].flatMap(({ metadata, parsed }) =>
    parsed.ok ? [{ key: keyOf({ metadata }), time: memory.lastSync(metadata.uid ?? '')?.time, refreshTime: parsed.value.status.refreshTime }] : [],
  );
  await writeRefreshTimes(remembered, 'refresh times could not be written', { cluster, type: externalSecretType, fieldManager: statusFieldManager, writes, log }, signal);
}
