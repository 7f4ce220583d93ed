import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from './controller-process.ts';

export interface CliOptions {
  /** Beside PATH, and a HOME that is made for the process and removed after it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it is called; the current folder unless told. */
  readonly cwd?: string;
}

export interface CliResult {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds. */
  readonly took: number;
}

/** `prelude …` as a process of its own, with no terminal. */
export interface CliProcess {
  /** Everything it has printed so far. */
  readonly output: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly ended: Promise<CliResult>;
}

/** Starts the program, and does not wait. */
export function startCli(args: readonly string[], { env = {}, cwd }: CliOptions = {}): CliProcess {
  const home = mkdtempSync(join(tmpdir(), 'prelude-home-'));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [programPath, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let [stdout, stderr, output] = ['', '', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    output += text;
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      rmSync(home, { recursive: true, force: true });
      resolve({ code, stdout, stderr, took: performance.now() - startedAt });
    });
  });
  return { output: () => output, signal: (name) => void child.kill(name), ended };
}

/** Runs the program to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}
