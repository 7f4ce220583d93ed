import { setTimeout } from 'node:timers/promises';
import type { AuditEntry } from '../../support/parts/audit-log.ts';
import { createFleet, type Shape } from '../external-secrets/fleet.ts';
import { watchReadiness } from '../external-secrets/readiness.ts';
import { compareSecrets } from './compare-secrets.ts';
import type { Controller } from './controllers.ts';
import { makeSpelledFleet } from './spelled-fleet.ts';
import type { Stage } from './stage.ts';
import { type Calls, callsSince, type Subject } from './subject.ts';

export interface MeasureOptions {
  readonly stage: Stage;
  readonly subject: Subject;
  readonly controller: Controller;
  readonly shape: Shape;
  /** How many ExternalSecrets. */
  readonly count: number;
  /** Names what is made for it; new for each run. */
  readonly name: string;
  /** How many refreshes are watched after all are Ready; none: there are no refreshes. */
  readonly rounds: number;
  /** A store in each namespace instead of one for all. */
  readonly isStoreEach?: boolean;
}

/** What one fleet has cost. */
export interface Measured {
  readonly cold: {
    /** From the start of the controller until the last was Ready. */
    readonly seconds: number;
    readonly calls: Calls;
    readonly writes: readonly AuditEntry[];
  };
  /** Of all rounds together. */
  readonly steady: { readonly calls: Calls; readonly writes: readonly AuditEntry[] };
}

/** Milliseconds after the last is Ready in which what belongs to it may still come. */
const settling = 2_000;
/** Milliseconds that all may take to be Ready. */
const patience = 600_000;

/** Starts a controller on a fleet that is there, and counts what it asks and writes until all are Ready, and then while nothing changes. */
export async function measure({ stage, subject, controller, shape, count, name, rounds, isStoreEach = false }: MeasureOptions): Promise<Measured> {
  const refreshInterval = rounds === 0 ? '1h' : `${controller.interval}s`;
  const fleet = makeSpelledFleet({ shape, count, refreshInterval, prefix: name, store: { kind: isStoreEach ? 'SecretStore' : 'ClusterSecretStore', name } }, subject.member);
  for (const [key, value] of fleet.remote) await subject.set(key, value);
  await createFleet(stage.cluster, fleet);
  await (isStoreEach ? stage.makeStores(name, subject, fleet.namespaces) : stage.makeClusterStore(name, subject));
  await using readiness = await watchReadiness(stage.cluster);
  stage.newWrites();
  const before = subject.calls();
  const running = await controller.start(stage.kubeconfig, subject);
  try {
    await within(readiness.until(count), () => `${count - readiness.readyAt.size} of ${count} ExternalSecrets are not Ready`);
    const span = Math.max(...readiness.readyAt.values()) - running.startedAt;
    await setTimeout(settling);
    const afterCold = subject.calls();
    const cold = { seconds: span / 1000, calls: callsSince(before, afterCold), writes: stage.newWrites() };
    await compareSecrets(stage.cluster, fleet);
    for (let round = 0; round < rounds; round += 1) await running.nextRefresh(span);
    const steady = { calls: callsSince(afterCold, subject.calls()), writes: stage.newWrites() };
    await compareSecrets(stage.cluster, fleet);
    return { cold, steady };
  } finally {
    await running.stop();
    await stage.sweep(name, fleet.namespaces);
  }
}

async function within(act: Promise<void>, why: () => string): Promise<void> {
  const timer = new AbortController();
  try {
    await Promise.race([act, setTimeout(patience, undefined, timer).then(() => Promise.reject(new Error(why())))]);
  } finally {
    timer.abort();
  }
}
