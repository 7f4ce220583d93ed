import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { processUsage } from '../external-secrets/process-usage.ts';

export interface Run {
  readonly milliseconds: number;
  /** Looked at every few milliseconds: of a program that is over sooner, some of it is missed. */
  readonly peakMiB: number;
  readonly stdout: string;
}

/** Runs a program to its end. @throws Error with what it said, where its code is none of those expected */
export async function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv, expected: readonly number[] = [0]): Promise<Run> {
  const started = performance.now();
  const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let peakMiB = 0;
  const look = setInterval(() => {
    try {
      if (child.pid !== undefined) peakMiB = Math.max(peakMiB, processUsage(child.pid).peakMiB || 0);
    } catch {
      // it has just ended
    }
  }, 5);
  const exited = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
  try {
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    if (!expected.includes(code)) throw new Error(`${program} ended with ${code}: ${stderr || stdout}`);
    return { milliseconds: performance.now() - started, peakMiB, stdout };
  } finally {
    clearInterval(look);
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
