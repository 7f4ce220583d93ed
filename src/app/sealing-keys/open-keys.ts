import { systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { version } from '../../lib/version.ts';
import type { BackupFor } from '../../seal/key-backup.ts';
import type { BackupSecrets } from '../../seal/read-key-ring.ts';
import type { ClusterOptions } from '../options.ts';
import { openTargetCluster } from '../target-cluster.ts';
import type { KeyShape } from './create-key.ts';
import { type BackedUp, backUpKeys, type ListedKey, listKeys, makeKey, type Restored, restoreKeys, withdrawKey } from './manage-keys.ts';

/** The keys of a namespace, to be looked after. Every call throws KubeErrors and SealErrors. */
export interface KeysRun {
  readonly list: (signal: AbortSignal) => Promise<readonly ListedKey[]>;
  readonly make: (shape: Omit<KeyShape, 'namespace'>, signal: AbortSignal) => Promise<string>;
  readonly withdraw: (name: string, signal: AbortSignal) => Promise<void>;
  readonly backUp: (to: BackupFor, signal: AbortSignal) => Promise<BackedUp>;
  readonly restore: (file: Uint8Array, secrets: BackupSecrets, where: string, signal: AbortSignal) => Promise<Restored>;
  readonly close: () => Promise<void>;
}

/** Opens a cluster for its keys. */
export async function openKeys(options: ClusterOptions, namespace: string, log: Log): Promise<KeysRun> {
  const clock = systemClock;
  const cluster = await openTargetCluster(options, { clock, log, metrics: createMetrics({ version, process: false }) });
  const deps = { cluster, namespace, clock };
  return {
    list: (signal) => listKeys(deps, signal),
    make: (shape, signal) => makeKey({ ...shape, namespace }, deps, signal),
    withdraw: (name, signal) => withdrawKey(name, deps, signal),
    backUp: (to, signal) => backUpKeys(to, deps, signal),
    restore: (file, secrets, where, signal) => restoreKeys(file, secrets, where, deps, signal),
    close: () => cluster.close(),
  };
}
