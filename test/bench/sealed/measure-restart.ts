import { sealedSecretType } from '../../../src/kube/resource-types.ts';
import { processUsage } from '../external-secrets/process-usage.ts';
import { watchReadiness } from '../external-secrets/readiness.ts';
import { peerFlags, startOurs, startPeer } from './controllers.ts';
import { sealFleet } from './fleet.ts';
import { pause, type Stage } from './stage.ts';

export interface RestartOptions {
  readonly count: number;
  /** Sealed Secrets' controller. */
  readonly program: string;
}

/** How long there must be no CPU time and no write before it counts as over. */
const quiet = 5_000;
const step = 500;
const longest = 1_800_000;

/** What a restart costs with nothing changed: ours, then the other controller's with nothing to hold it back, of the Secrets that it has made itself. */
export async function measureRestart(stage: Stage, { count, program }: RestartOptions): Promise<void> {
  const fleet = sealFleet(count, 1, stage.keys);
  await stage.create(fleet);
  {
    await using readiness = await watchReadiness(stage.cluster, sealedSecretType, 'Synced');
    const first = await startOurs(stage);
    await readiness.until(count);
    await pause(quiet);
    await first.stop();
  }
  const before = stage.writes();
  const ours = await startOurs(stage);
  const busy = await untilQuiet(ours.pid);
  const operations = await ours.operations();
  const { cpuSeconds, rssMiB, peakMiB } = processUsage(ours.pid);
  await ours.stop();
  const { p99, most } = ours.delay();
  const writes = stage.writes() - before;
  console.log(`restart with ${count} SealedSecrets unchanged: Prelude does ${operations} RSA operations and ${writes} writes; busy for ${((busy - ours.startedAt) / 1000).toFixed(1)} s, caches filled after ${ours.readyAfter.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s CPU, ${rssMiB} MiB (${peakMiB} at most), event loop late by p99 ${p99.toFixed(1)}, most ${most.toFixed(1)} ms`);

  // each looks after Secrets that it has made itself, as after any restart
  const theirs = await startPeer(stage, program, peerFlags.tuned);
  await untilQuiet(theirs.pid);
  await theirs.stop();
  const beforeTheirs = stage.writes();
  const again = await startPeer(stage, program, peerFlags.tuned);
  const end = await untilQuiet(again.pid);
  const usage = processUsage(again.pid);
  await again.stop();
  console.log(`  Sealed Secrets, tuned flags: ${stage.writes() - beforeTheirs} writes; busy for ${((end - again.startedAt) / 1000).toFixed(1)} s, ${usage.cpuSeconds.toFixed(1)} s CPU, ${usage.peakMiB} MiB at most`);
  if (operations !== 0 || writes !== 0) process.exitCode = 1;
}

/** Waits until a process has done next to nothing for a while. Answers when it was busy last. */
async function untilQuiet(pid: number): Promise<number> {
  const deadline = performance.now() + longest;
  let busyAt = performance.now();
  let before = processUsage(pid).cpuSeconds;
  while (performance.now() - busyAt < quiet && performance.now() < deadline) {
    await pause(step);
    const now = processUsage(pid).cpuSeconds;
    // a tenth of a core is a program at rest
    if (now - before > step / 10_000) busyAt = performance.now();
    before = now;
  }
  return busyAt;
}
