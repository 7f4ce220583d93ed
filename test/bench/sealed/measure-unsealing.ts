import { sealedSecretType } from '../../../src/kube/resource-types.ts';
import { processUsage } from '../external-secrets/process-usage.ts';
import { type Readiness, watchReadiness } from '../external-secrets/readiness.ts';
import { type OurSubject, peerFlags, startOurs, startPeer, type Subject } from './controllers.ts';
import { type Fleet, sealFleet } from './fleet.ts';
import { pause, type Stage } from './stage.ts';

export interface UnsealingOptions {
  readonly count: number;
  /** Values of each object. */
  readonly items: number;
  /** Sealed Secrets' controller. */
  readonly program: string;
  /** RSA operations that the machine does in a second. */
  readonly rate: number;
}

interface Measured {
  /** From the start of the process to the last object, or to when patience ended. */
  readonly seconds: number;
  /** How many were Synced then. */
  readonly done: number;
  readonly writes: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** At five requests a second a thousand objects take a quarter of an hour: after a while it is clear how it goes on. */
const patience = 120_000;
/** How long the other controller may take with nothing to hold it back. */
const longPatience = 1_800_000;

/** Unseals the same SealedSecrets with each controller, and says how they compare. */
export async function measureUnsealing(stage: Stage, { count, items, program, rate }: UnsealingOptions): Promise<void> {
  const fleet = sealFleet(count, items, stage.keys);
  console.log(`${count} SealedSecrets x ${items} values, ${stage.keys.length} keys:`);
  const ours = await measureOurs(stage, fleet, rate, items);
  for (const name of ['tuned', 'default'] as const) {
    const theirs = await measurePeer(stage, fleet, { program, flags: peerFlags[name], wait: name === 'default' ? patience : longPatience });
    const all = theirs.done === count ? theirs.seconds : (theirs.seconds * count) / theirs.done;
    const how = theirs.done === count ? '' : ` by what it did in ${theirs.seconds.toFixed(0)} s, which is ${theirs.done} objects`;
    console.log(`  Sealed Secrets, ${name} flags: ${all.toFixed(2)} s${how}, ${(theirs.writes / theirs.done).toFixed(2)} writes each, ${theirs.cpuSeconds.toFixed(1)} s CPU, ${theirs.peakMiB} MiB at most; ours is ${(all / ours).toFixed(1)} times as fast`);
  }
}

/** Answers seconds. */
async function measureOurs(stage: Stage, fleet: Fleet, rate: number, items: number): Promise<number> {
  let subject: OurSubject | undefined;
  let operations = 0;
  const { seconds, writes, cpuSeconds, peakMiB } = await measure(stage, fleet, longPatience, async () => (subject = await startOurs(stage)), async () => {
    operations = (await subject?.operations()) ?? Number.NaN;
  });
  const count = fleet.objects.length;
  const ready = subject?.readyAfter ?? Number.NaN;
  const { p50, p99, most } = subject?.delay() ?? { p50: Number.NaN, p99: Number.NaN, most: Number.NaN };
  const [limit, least] = [operations / rate, (count * items) / rate];
  console.log(`  Prelude: ${seconds.toFixed(2)} s (caches filled after ${ready.toFixed(2)} s), ${(writes / count).toFixed(2)} writes each, ${cpuSeconds.toFixed(1)} s CPU, ${peakMiB} MiB at most; event loop late by p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${most.toFixed(1)} ms`);
  console.log(`    ${operations} RSA operations, ${(operations / count / items).toFixed(2)} a value; all cores do ${rate.toFixed(0)} a second and need ${limit.toFixed(2)} s for as many (${least.toFixed(2)} s for one a value): ${((seconds - ready) / limit).toFixed(2)} times the limit without the start, ${(seconds / limit).toFixed(2)} with it`);
  return seconds;
}

async function measurePeer(stage: Stage, fleet: Fleet, { program, flags, wait }: { readonly program: string; readonly flags: readonly string[]; readonly wait: number }): Promise<Measured> {
  return await measure(stage, fleet, wait, () => startPeer(stage, program, flags));
}

async function measure(stage: Stage, fleet: Fleet, wait: number, start: () => Promise<Subject>, atEnd: () => Promise<void> = () => Promise.resolve()): Promise<Measured> {
  await stage.create(fleet);
  await using readiness = await watchReadiness(stage.cluster, sealedSecretType, 'Synced');
  const before = stage.writes();
  const subject = await start();
  await all(readiness, fleet.objects.length, wait);
  const done = readiness.readyAt.size;
  const end = done === fleet.objects.length ? Math.max(...readiness.readyAt.values()) : performance.now();
  await atEnd();
  const { cpuSeconds, peakMiB } = processUsage(subject.pid);
  await subject.stop();
  const writes = stage.writes() - before;
  await stage.sweep(fleet);
  return { seconds: (end - subject.startedAt) / 1000, done, writes, cpuSeconds, peakMiB };
}

async function all(readiness: Readiness, count: number, wait: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([readiness.until(count), pause(wait, over.signal)]);
  over.abort();
}
