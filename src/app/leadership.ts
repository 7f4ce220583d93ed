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
}

/** What a controller writes with. */
export interface Authority {
  /** Writes only while we lead, and leaves a record of each write. */
  readonly cluster: Cluster;
  /** Absent: there is nobody to compete with. */
  readonly candidate?: Candidate;
}

/** Puts the right to write, and the records of what was written, before a cluster. */
export function authorityOver(cluster: Cluster, { namespace, leaderElection, auditLog }: Pick<RunOptions, 'namespace' | 'leaderElection' | 'auditLog'>, { environment, log, ...more }: LeadershipSurroundings): Authority {
  const recorded = auditLog === false ? cluster : auditWrites(cluster, log.child({ log: 'audit' }));
  if (leaderElection === undefined) return { cluster: recorded };
  const candidate = standForElection({ cluster, lease: { namespace, name: leaderElection.lease }, identity: identityOf(environment, more.random), log, ...more });
  return { cluster: fenceWrites(recorded, candidate.seat.isHeld), candidate };
}

/** A pod has one process, which may come back in it; anywhere else there may be several of the same name. */
function identityOf({ PRELUDE_POD_NAME: pod = '' }: LeadershipSurroundings['environment'], random: Random): string {
  return pod === '' ? `${hostname()}_${process.pid}_${Math.floor(random() * 2 ** 32).toString(16)}` : pod;
}
