import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  /** The most it ever held. */
  readonly peakMiB: number;
}

/** Ticks of the kernel's clock in a second: the same on every Linux that anybody runs. */
const ticks = 100;

export function processUsage(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  // the name of the program, in parentheses, may hold spaces
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  const [user = 0, system = 0] = [fields[11], fields[12]].map(Number);
  const mebibytes = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { cpuSeconds: (user + system) / ticks, rssMiB: mebibytes('VmRSS'), peakMiB: mebibytes('VmHWM') };
}
