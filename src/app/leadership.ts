import { hostname } from 'node:os';
import { auditWrites } from '../kube/audit-writes.ts';
import { fenceWrites } from '../kube/fence-writes.ts';
import type { Cluster } from '../kube/port.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { type Candidate, standForElection } from '../runtime/leadership/elect.ts';
import type { RunOptions } from './options.ts';

export interface LeadershipSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Takes the records, whatever else is logged. */
  readonly auditTo: Log;
}

/** What a controller writes with. */
export interface Authority {
  /** Writes only while we lead, and leaves a record of each write. */
  readonly cluster: Cluster;
  /** Absent: there is nobody to compete with. */
  readonly candidate?: Candidate;
}

/**
 * Puts the right to write, and the records of what was written, before a cluster.
 * @param open opens the cluster; the Lease has connections of its own, because it must not wait behind what it guards
 */
export async function authorityOver(open: () => Promise<Cluster>, { namespace, leaderElection, auditLog }: Pick<RunOptions, 'namespace' | 'leaderElection' | 'auditLog'>, { environment, log, auditTo, ...more }: LeadershipSurroundings): Promise<Authority> {
  const cluster = await open();
  const recorded = auditLog === false ? cluster : auditWrites(cluster, auditTo.child({ log: 'audit' }));
  if (leaderElection === undefined) return { cluster: recorded };
  const own = await open();
  const elected = standForElection({ cluster: own, lease: { namespace, name: leaderElection.lease }, identity: identityOf(environment, more.random), log, ...more });
  const candidate: Candidate = {
    ...elected,
    end: async (signal) => {
      await elected.end(signal);
      await own.close();
    },
  };
  return { cluster: fenceWrites(recorded, candidate.seat.isHeld), candidate };
}

/** A pod has one process, which may come back in it; anywhere else there may be several of the same name. */
function identityOf({ PRELUDE_POD_NAME: pod = '' }: LeadershipSurroundings['environment'], random: Random): string {
  return pod === '' ? `${hostname()}_${process.pid}_${Math.floor(random() * 2 ** 32).toString(16)}` : pod;
}
