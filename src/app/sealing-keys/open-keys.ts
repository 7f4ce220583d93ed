import { systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { version } from '../../lib/version.ts';
import type { BackupFor } from '../../seal/key-backup.ts';
import type { BackupSecrets } from '../../seal/read-key-ring.ts';
import type { ClusterOptions } from '../options.ts';
import { openTargetCluster } from '../target-cluster.ts';
import { ensureNamespace } from '../write-applications.ts';
import type { KeyShape } from './create-key.ts';
import { sealingCertificate } from './sealing-certificate.ts';
import { type BackedUp, backUpKeys, type ListedKey, listKeys, makeKey, requireKeys, type Restored, restoreKeys, withdrawKey } from './manage-keys.ts';

/** The keys of a namespace, to be looked after. Every call throws KubeErrors and SealErrors. */
export interface KeysRun {
  readonly list: (signal: AbortSignal) => Promise<readonly ListedKey[]>;
  readonly make: (shape: Omit<KeyShape, 'namespace'>, signal: AbortSignal) => Promise<string>;
  readonly require: (names: readonly string[], signal: AbortSignal) => Promise<void>;
  /** What values are sealed with now; the first key is made where there is none. */
  readonly certificate: (shape: Omit<KeyShape, 'namespace'>, signal: AbortSignal) => Promise<string>;
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
  // in a folder nobody has made it before the first key
  const prepared = async (signal: AbortSignal): Promise<void> => {
    if (options.kind === 'local') await ensureNamespace(cluster, namespace, signal);
  };
  return {
    list: (signal) => listKeys(deps, signal),
    make: async (shape, signal) => {
      await prepared(signal);
      return makeKey({ ...shape, namespace }, deps, signal);
    },
    require: (names, signal) => requireKeys(names, deps, signal),
    certificate: async (shape, signal) => {
      await prepared(signal);
      return sealingCertificate(shape, deps, signal);
    },
    withdraw: (name, signal) => withdrawKey(name, deps, signal),
    backUp: (to, signal) => backUpKeys(to, deps, signal),
    restore: async (file, secrets, where, signal) => {
      await prepared(signal);
      return restoreKeys(file, secrets, where, deps, signal);
    },
    close: () => cluster.close(),
  };
}
