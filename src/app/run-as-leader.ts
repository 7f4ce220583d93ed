import type { Cluster } from '../kube/port.ts';
import { type BackoffPolicy, backoffDelay } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { sleep } from '../lib/sleep.ts';
import type { Candidate } from '../runtime/leadership/elect.ts';
import { pointToLeader } from './leader-endpoints.ts';
import type { RunOptions } from './options.ts';

export interface LeaderSurroundings {
  readonly options: Pick<RunOptions, 'namespace' | 'leaderElection' | 'events'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly cluster: Pick<Cluster, 'apply'>;
  readonly clock: Clock;
  readonly random: Random;
}

const patience: BackoffPolicy = { base: 1_000, factor: 2, cap: 60_000 };

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
  const over = AbortSignal.any([signal, candidate.seat.lost]);
  // nobody waits for it: without it, events come to whoever led before, and polls find what they would have told
  void takeEvents(surroundings, over);
  await run(over);
  return candidate.seat.lost.aborted && !signal.aborted ? `Lease ${lease} is lost: it could not be renewed in time, or another process has it; what starts next competes for it again` : undefined;
}

/** Tries until it is done, or we lead no more. */
async function takeEvents({ options: { namespace, leaderElection, events }, environment, log, cluster, clock, random }: LeaderSurroundings, signal: AbortSignal): Promise<void> {
  const podAddress = environment['PRELUDE_POD_IP'] ?? '';
  if (leaderElection?.eventsService === undefined || events?.listen === undefined || podAddress === '') return;
  const endpoints = { namespace, service: leaderElection.eventsService, podAddress, port: events.listen.port };
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await pointToLeader(cluster, endpoints, signal);
      return;
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ service: endpoints.service, error }, 'events are not led to this process yet');
    }
    await sleep(clock, backoffDelay(patience, failures, random), signal).catch(() => {});
  }
}
