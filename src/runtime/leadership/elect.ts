import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { leaseType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { sleep } from '../../lib/sleep.ts';
import { untilAborted } from '../../lib/until-aborted.ts';
import { type LeaseRecord, leaseObject, microTime, parseLease } from '../../api/lease.ts';
import { startDeadline } from '../deadline.ts';
import { createSeat, type Seat } from './seat.ts';

export interface ElectionOptions {
  /** Not the one that the seat guards: a Lease is written by those who do not lead. */
  readonly cluster: Pick<Cluster, 'get' | 'create' | 'update'>;
  readonly lease: Required<ObjectKey>;
  /** Who we are. The same one may come back, as a container does in its pod, and takes up at once what it held. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** One who may come to lead. */
export interface Candidate {
  readonly seat: Seat;
  /** Competes from the first call on; resolves once we lead. @throws the signal's reason */
  readonly won: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds since the API server last answered about the Lease, or since it was first asked; 0 before. */
  readonly silence: () => number;
  /** Renews no more, and gives the Lease back, so that the next one waits for nobody. */
  readonly end: (signal: AbortSignal) => Promise<void>;
}

/** Milliseconds, those of Kubernetes' own components. */
const duration = 15_000;
const renewDeadline = 10_000;
const retryPeriod = 2_000;
/** Milliseconds for one request: half of what there is, so that one which hangs costs no Lease. */
const requestDeadline = 5_000;

const manager = { fieldManager: 'prelude-leadership' };

/** Will compete for a Lease as client-go does it: another's counts for as long as we see it renewed, by our own clock. */
export function standForElection(options: ElectionOptions): Candidate {
  const { clock } = options;
  const seat = createSeat(clock, renewDeadline);
  const ending = new AbortController();
  const state: Observed = {};
  let onWon = (): void => {};
  const winning = new Promise<void>((resolve) => {
    onWon = resolve;
  });
  let competing: Promise<void> | undefined;
  let answeredAt: number | undefined;
  const round = async (signal: AbortSignal): Promise<void> => {
    const result = await tryLease(options, state, signal);
    answeredAt = clock.monotonic();
    if (result.became === 'ours') {
      seat.take(result.from);
      if (seat.isHeld()) onWon();
    } else if (result.became === 'theirs' && seat.isHeld()) seat.leave('lost');
  };
  return {
    seat,
    won: (signal) => {
      answeredAt ??= clock.monotonic();
      competing ??= compete({ ...options, seat, round }, ending.signal);
      return untilAborted(winning, signal);
    },
    silence: () => (answeredAt === undefined ? 0 : clock.monotonic() - answeredAt),
    end: async (signal) => {
      ending.abort(new DOMException('it ends', 'AbortError'));
      await competing;
      const isOurs = seat.isHeld();
      seat.leave('given back');
      if (isOurs) await giveBack(options, state, signal);
    },
  };
}

/** Tries again and again, until it ends or what was won is lost. */
async function compete({ clock, random, log, lease, seat, round }: ElectionOptions & { readonly seat: Seat; readonly round: (signal: AbortSignal) => Promise<void> }, signal: AbortSignal): Promise<void> {
  const over = AbortSignal.any([signal, seat.lost]);
  while (!over.aborted) {
    try {
      await round(over);
    } catch (error) {
      if (over.aborted) break;
      log.warn({ lease: `${lease.namespace}/${lease.name}`, error }, 'the Lease could not be had; it is tried again');
    }
    // those who wait do not all come at once
    await sleep(clock, retryPeriod * (1 + random() / 5), over).catch(() => {});
  }
}

/** What was last seen of the Lease, and when. */
interface Observed {
  live?: KubeObject;
  record?: LeaseRecord;
  /** Of the clock's `monotonic`: when the record was first seen so. */
  at?: number;
}

type Tried =
  | { readonly became: 'theirs' | 'unknown' }
  /** `from`: when the request was sent that made it so, of the clock's `monotonic`. */
  | { readonly became: 'ours'; readonly from: number };

/** Takes or renews the Lease, where it is ours or nobody's. @throws KubeError */
async function tryLease(options: ElectionOptions, state: Observed, signal: AbortSignal): Promise<Tried> {
  const { identity, clock } = options;
  // ours is renewed as we have left it: one request, that fails where somebody has touched it
  if (state.record?.holder === identity && state.live !== undefined) {
    const renewed = await write(options, state, signal);
    if (renewed.became === 'ours') return renewed;
  }
  const live = await within(clock, signal, (until) => options.cluster.get(leaseType, options.lease, until));
  observe(state, live, clock.monotonic());
  const { record, at = 0 } = state;
  const isTaken = record !== undefined && record.holder !== '' && record.holder !== identity && clock.monotonic() < at + record.duration;
  return isTaken ? { became: 'theirs' } : write(options, state, signal);
}

/** Gives a request its time, and no more. */
async function within<T>(clock: Clock, signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = startDeadline(clock, requestDeadline, signal);
  try {
    return await ask(deadline.signal);
  } finally {
    deadline.release();
  }
}

function observe(state: Observed, live: KubeObject | undefined, now: number): void {
  if (live === undefined) {
    delete state.live;
    delete state.record;
    return;
  }
  const record = parseLease(live);
  const isSame = state.record !== undefined && state.record.holder === record.holder && state.record.renewTime === record.renewTime;
  state.live = live;
  state.record = record;
  if (!isSame || state.at === undefined) state.at = now;
}

/** Writes that it is ours; `unknown` where another one was faster. @throws KubeError */
async function write({ cluster, lease, identity, clock }: ElectionOptions, state: Observed, signal: AbortSignal): Promise<Tried> {
  const from = clock.monotonic();
  const now = microTime(clock.now());
  const { record, live } = state;
  const isRenewal = record?.holder === identity;
  const next: LeaseRecord = {
    holder: identity,
    duration,
    transitions: record === undefined ? 0 : record.transitions + (isRenewal ? 0 : 1),
    renewTime: now,
    acquireTime: isRenewal && record.acquireTime !== '' ? record.acquireTime : now,
  };
  const object = leaseObject(lease, next, live);
  try {
    const written = await within(clock, signal, (until) => (live === undefined ? cluster.create(leaseType, object, manager, until) : cluster.update(leaseType, object, manager, until)));
    observe(state, written, clock.monotonic());
    return { became: 'ours', from };
  } catch (error) {
    if (!isKubeError(error, 'conflict', 'exists') && (live === undefined || !isKubeError(error, 'absent'))) throw error;
    delete state.live;
    return { became: 'unknown' };
  }
}

async function giveBack({ cluster, lease, clock, log }: ElectionOptions, { live, record }: Observed, signal: AbortSignal): Promise<void> {
  if (live === undefined || record === undefined) return;
  try {
    await cluster.update(leaseType, leaseObject(lease, { ...record, holder: '', duration: 1_000, renewTime: microTime(clock.now()) }, live), manager, signal);
  } catch (error) {
    log.info({ error }, 'the Lease could not be given back; it runs out by itself');
  }
}
