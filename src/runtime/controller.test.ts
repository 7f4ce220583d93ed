import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../api/object.ts';
import { KubeError } from '../kube/kube-error.ts';
import { silentLog } from '../lib/log.ts';
import { sleep } from '../lib/sleep.ts';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { type Controller, type ControllerOptions, createController } from './controller.ts';
import type { Outcome, Reconciled } from './outcome.ts';

interface Thing {
  readonly name: string;
}

interface Bench {
  readonly clock: FakeClock;
  readonly controller: Controller;
  /** Times the reconcile was called at. */
  readonly runs: number[];
  readonly reports: { readonly subject: Thing; readonly reconciled: Reconciled }[];
  readonly counted: string[];
}

const key: ObjectKey = { namespace: 'ns', name: 'a' };
const synced: Outcome = { kind: 'synced', reason: 'Done', message: 'done' };

/** A started controller of one thing, `ns/a`, with the key already enqueued. */
async function bench(options: Partial<ControllerOptions<Thing>> & { readonly clock?: FakeClock }): Promise<Bench> {
  const clock = options.clock ?? createFakeClock();
  const runs: number[] = [];
  const reports: Bench['reports'] = [];
  const counted: string[] = [];
  const { reconcile = () => Promise.resolve({ outcome: synced }) } = options;
  const controller = createController<Thing>({
    name: 'thing',
    find: ({ name }) => ({ name }),
    report: (subject, reconciled) => {
      reports.push({ subject, reconciled });
      return Promise.resolve();
    },
    clock,
    random: () => 1,
    log: silentLog,
    metrics: { reconciled: (controller, outcome, seconds) => counted.push(`${controller} ${outcome} ${seconds}`), watchQueue: () => {} },
    ...options,
    reconcile: (subject, signal, since) => {
      runs.push(clock.monotonic());
      return reconcile(subject, signal, since);
    },
  });
  controller.start();
  controller.enqueue(key);
  await clock.settle();
  return { clock, controller, runs, reports, counted };
}

function throwing(...errors: readonly unknown[]): ControllerOptions<Thing>['reconcile'] {
  const left = [...errors];
  return () => (left.length > 0 ? Promise.reject(left.shift()) : Promise.resolve({ outcome: synced }));
}

describe('a controller', () => {
  it('reports what a reconcile came to, about the object it was given', async () => {
    const { reports, counted } = await bench({ reconcile: () => Promise.resolve({ outcome: synced, status: { at: 1 } }) });

    expect(reports).toEqual([{ subject: { name: 'a' }, reconciled: { outcome: synced, status: { at: 1 } } }]);
    expect(counted).toEqual(['thing synced 0']);
  });

  it('neither reconciles nor reports an object that is gone', async () => {
    const { runs, reports, counted } = await bench({ find: () => undefined });

    expect(runs).toEqual([]);
    expect(reports).toEqual([]);
    expect(counted).toEqual(['thing gone 0']);
  });

  it('reports nothing where the reconcile has nothing to say', async () => {
    const { clock, runs, reports } = await bench({ reconcile: () => Promise.resolve(undefined) });
    await clock.advance(10_000_000);

    expect(runs).toEqual([0]);
    expect(reports).toEqual([]);
  });

  it.each<[string, Outcome, readonly number[]]>([
    ['once and never again when synced', synced, [0]],
    ['again when a synced object asks for it', { ...synced, requeueAfter: 4_000 }, [0, 4_000, 8_000]],
    ['again as a safety net while it waits', { kind: 'waiting', reason: 'R', message: 'm', requeueAfter: 5_000 }, [0, 5_000]],
    ['once when stalled: only a change can help', { kind: 'stalled', reason: 'R', message: 'm' }, [0]],
    ['with growing waits when it failed', { kind: 'failed', reason: 'R', message: 'm' }, [0, 1_000, 3_000, 7_000]],
    ['not before the time it was asked to wait for', { kind: 'failed', reason: 'R', message: 'm', retryAfter: 6_000 }, [0, 6_000]],
  ])('runs %s', async (_title, outcome, times) => {
    const { clock, runs } = await bench({ reconcile: () => Promise.resolve({ outcome }) });

    await clock.advance(9_000);

    expect(runs).toEqual(times);
  });

  it('turns an error of the API server into a failure that says so, and retries', async () => {
    const { clock, reports } = await bench({ reconcile: throwing(new KubeError('denied', 'secrets is forbidden')) });
    await clock.advance(1_000);

    expect(reports.map(({ reconciled }) => reconciled.outcome)).toEqual([{ kind: 'failed', reason: 'Forbidden', message: 'secrets is forbidden' }, synced]);
  });

  it('never passes the message of an error that nobody vouches for on to the status', async () => {
    const { reports } = await bench({ reconcile: () => Promise.resolve().then(() => JSON.parse('{"password": hunter2}')) });

    const { outcome } = reports[0]!.reconciled;
    expect(outcome).toEqual({ kind: 'failed', reason: 'InternalError', message: 'internal error (SyntaxError); the log says more' });
    expect(JSON.stringify(reports)).not.toContain('hunter2');
  });

  it('lets the product say what its own errors mean', async () => {
    const stalled: Outcome = { kind: 'stalled', reason: 'Unknown', message: 'no such provider' };
    const { clock, runs, reports } = await bench({ reconcile: throwing(new Error('x')), explain: () => stalled });
    await clock.advance(1_000_000);

    expect(reports[0]!.reconciled.outcome).toEqual(stalled);
    expect(runs).toEqual([0]);
  });

  it('looks again after a conflict, and tells nobody', async () => {
    const { clock, runs, reports, counted } = await bench({ reconcile: throwing(new KubeError('conflict', 'changed meanwhile')) });
    expect(reports).toEqual([]);
    await clock.advance(1_000);

    expect(runs).toEqual([0, 1_000]);
    expect(counted).toEqual(['thing conflict 0', 'thing synced 0']);
  });

  it('ends a reconcile that takes too long, and still reports it', async () => {
    const clock = createFakeClock();
    const { reports } = await bench({
      clock,
      timeout: 5_000,
      reconcile: async (_subject, signal) => {
        await sleep(clock, 3_600_000, signal);
        return { outcome: synced };
      },
    });
    await clock.advance(5_000);

    expect(reports.map(({ reconciled }) => reconciled.outcome)).toEqual([{ kind: 'failed', reason: 'DeadlineExceeded', message: 'not done within 5s' }]);
  });

  it('reconciles again when the status could not be written', async () => {
    let failures = 1;
    const { clock, runs } = await bench({ report: () => (failures-- > 0 ? Promise.reject(new KubeError('unavailable', 'no connection', { retryAfter: 2_500 })) : Promise.resolve()) });
    await clock.advance(1_000_000);

    expect(runs).toEqual([0, 2_500]);
  });

  it('says for how long a reconcile has been running, so that a hanging one can be seen', async () => {
    const { clock, controller } = await bench({ timeout: 1_000, reconcile: () => new Promise(() => {}) });

    await clock.advance(90_000);

    expect(controller.running()).toBe(1);
    expect(controller.oldestRun()).toBe(90_000);
  });
});

describe('draining a controller', () => {
  it('aborts what does not end in time and reports nothing about it', async () => {
    const clock = createFakeClock();
    const { controller, reports, counted } = await bench({
      clock,
      reconcile: async (_subject, signal) => {
        await sleep(clock, 60_000, signal);
        return { outcome: synced };
      },
    });

    const drained = controller.drain(5_000);
    controller.enqueue({ namespace: 'ns', name: 'late' });
    await clock.advance(10_000);

    expect(await drained).toEqual([]);
    expect(reports).toEqual([]);
    expect(counted).toEqual(['thing aborted 5']);
    expect(clock.pending()).toBe(0);
  });
});
