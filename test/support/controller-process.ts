import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePorts } from './parts/free-ports.ts';

const root = dirname(dirname(import.meta.dirname));
/** The program from its sources; set PRELUDE_BIN to run the bundle instead. */
export const programPath = process.env['PRELUDE_BIN'] ?? join(root, 'src/cli/bin.ts');

export interface ControllerOptions {
  readonly kubeconfig: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The program, where it is not the one of this repository. */
  readonly program?: string;
  /** Where clones are kept; a new folder unless told. */
  readonly cache?: string;
  /** Milliseconds until it must be ready; half a minute unless told. */
  readonly readyWithin?: number;
}

/** `prelude run` as a process of its own, as a pod would run it. */
export interface ControllerProcess {
  readonly pid: number;
  /** `http://127.0.0.1:PORT` of probes and metrics. */
  readonly url: string;
  /** Everything it has printed so far, stdout and stderr. */
  readonly output: () => string;
  /** Milliseconds from the start of the process until it was ready. */
  readonly startedIn: number;
  /** When the process was started, on `performance.now`'s scale. */
  readonly startedAt: number;
  /** The exit code, once it has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, and wait. Answers the exit code. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL: no drain, no last write. */
  readonly kill: () => Promise<void>;
}

/** Starts the controller and waits until it is ready, or for what it says when it is not. */
export async function startController(options: ControllerOptions): Promise<ControllerProcess> {
  const [port = 0] = await freePorts(1);
  const own = options.cache === undefined ? mkdtempSync(join(tmpdir(), 'prelude-run-')) : undefined;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [options.program ?? programPath, 'run', '--kubeconfig', options.kubeconfig, '--listen', `127.0.0.1:${port}`, '--log-level', 'debug', ...(options.args ?? [])], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', PRELUDE_CACHE_DIR: options.cache ?? own ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const url = `http://127.0.0.1:${port}`;
  await ready(child, url, () => output, options.readyWithin ?? defaultReadyWithin);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'exit');
    }
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
    return child.exitCode;
  };
  return {
    pid: child.pid ?? 0,
    url,
    output: () => output,
    startedIn: performance.now() - startedAt,
    startedAt,
    ended,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

const defaultReadyWithin = 30_000;

async function ready(child: ChildProcess, url: string, output: () => string, readyWithin: number): Promise<void> {
  const deadline = performance.now() + readyWithin;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the controller ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`the controller is not ready after ${readyWithin / 1000} s:\n${output()}`);
}
