import { setTimeout as pause } from 'node:timers/promises';
import { processUsage } from '../external-secrets/process-usage.ts';
import { judge } from './goals.ts';

/** Mebibytes. */
const goal = 150;
const samples = 10;

/** What a controller holds once it has been left alone for so many seconds: the middle one of ten looks at it. */
export async function measureIdle(pid: number, what: string, seconds: number): Promise<void> {
  await pause(seconds * 1000 - samples * 500);
  const before = processUsage(pid).cpuSeconds;
  const held: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    await pause(500);
    held.push(processUsage(pid).rssMiB);
  }
  const { cpuSeconds, peakMiB } = processUsage(pid);
  const middle = held.toSorted((a, b) => a - b)[samples / 2] ?? Number.NaN;
  console.log(`idle with ${what}, after ${seconds} s: ${middle} MiB (${peakMiB} at most before), ${((cpuSeconds - before) / (samples * 0.5) * 100).toFixed(1)} % of a core; ${judge(`at most ${goal} MiB`, middle <= goal)}`);
}
