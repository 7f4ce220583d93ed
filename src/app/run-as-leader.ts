import type { Cluster } from '../kube/port.ts';
import type { Log } from '../lib/log.ts';
import type { Candidate } from '../runtime/leadership/elect.ts';
import { pointToLeader } from './leader-endpoints.ts';
import type { RunOptions } from './options.ts';

export interface LeaderSurroundings {
  readonly options: Pick<RunOptions, 'namespace' | 'leaderElection' | 'events'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly cluster: Pick<Cluster, 'apply'>;
}

/**
 * Runs what only one may run: once we lead, and until we do not any more. Caches fill meanwhile, so that whoever comes to lead goes on at once.
 * @returns why it ended, for a person, where nobody asked it to
 */
export async function runAsLeader(candidate: Candidate | undefined, surroundings: LeaderSurroundings, run: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal): Promise<string | undefined> {
  if (candidate === undefined) {
    await run(signal);
    return undefined;
  }
  const { log, options: { namespace, leaderElection } } = surroundings;
  const lease = `${namespace}/${leaderElection?.lease ?? ''}`;
  log.info({ lease }, 'waits to lead');
  try {
    await candidate.won(signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
  log.info({ lease }, 'leads');
  await takeEvents(surroundings, signal);
  await run(AbortSignal.any([signal, candidate.seat.lost]));
  return candidate.seat.lost.aborted && !signal.aborted ? `Lease ${lease} is lost: it could not be renewed in time, or another process has it; what starts next competes for it again` : undefined;
}

/** Without it, events come to whoever leads by chance, and polls find what they would have told. */
async function takeEvents({ options: { namespace, leaderElection, events }, environment, log, cluster }: LeaderSurroundings, signal: AbortSignal): Promise<void> {
  const podAddress = environment['PRELUDE_POD_IP'] ?? '';
  if (leaderElection?.eventsService === undefined || events?.listen === undefined || podAddress === '') return;
  try {
    await pointToLeader(cluster, { namespace, service: leaderElection.eventsService, podAddress, port: events.listen.port }, signal);
  } catch (error) {
    log.warn({ service: leaderElection.eventsService, error }, 'events are not led to this process');
  }
}
