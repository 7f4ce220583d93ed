import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { basename } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { ExecError, type ExecErrorKind } from './exec-error.ts';

export interface ExecOptions {
  readonly signal: AbortSignal;
  /** Milliseconds until the process group is stopped. */
  readonly deadline: number;
  /** Where it runs; its own directory matters to few programs. */
  readonly cwd?: string;
  /** The whole environment of the child: nothing is inherited but `inherit`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Variables handed on from our own environment where they are set. `PATH` by default. */
  readonly inherit?: readonly string[];
  readonly stdin?: Uint8Array | string;
  /** Bytes of stdout that are kept; more is an error. 64 MiB by default. */
  readonly stdoutLimit?: number;
  /** Takes secrets out of stderr before it is put into an error. */
  readonly redact?: (text: string) => string;
  readonly clock?: Clock;
}

/** Of stderr the end is kept: that is where programs say what went wrong. */
const stderrKept = 2048;
/** Milliseconds between asking a process group to end and ending it. */
const grace = 2_000;

/**
 * Runs a program without a shell, in a process group of its own, and answers its stdout.
 * @throws ExecError, or the signal's reason once the process group is gone
 */
export async function exec(program: string, args: readonly string[], options: ExecOptions): Promise<Buffer> {
  options.signal.throwIfAborted();
  // Node's own error would quote the argument
  if ([program, ...args].some((arg) => arg.includes('\0'))) throw new ExecError('failed', `${basename(program)} cannot be given an argument that holds a NUL byte`);
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: environment(options),
    shell: false,
    // its own process group, so that what it starts ends with it
    detached: true,
    stdio: 'pipe',
    windowsHide: true,
  });
  return await new Run(child, basename(program), options).result;
}

function environment({ env = {}, inherit = ['PATH'] }: ExecOptions): Record<string, string> {
  const inherited = inherit.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...env };
}

/** What ends the process groups that were asked to end and have not yet: whoever exits meanwhile leaves none of them behind. */
const unfinished = new Set<() => void>();
const endUnfinished = (): void => unfinished.forEach((end) => end());

/** One process from start to end. The first reason to stop it is the one that is reported. */
class Run {
  readonly result: Promise<Buffer>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #options: ExecOptions;
  readonly #stdout: Buffer[] = [];
  #size = 0;
  #stderr = '';
  #stopped: { readonly error: unknown } | undefined;
  #cancelKill = (): void => {};

  constructor(child: ChildProcessWithoutNullStreams, name: string, options: ExecOptions) {
    this.#child = child;
    this.#name = name;
    this.#options = options;
    this.result = new Promise((resolve, reject) => this.#watch(resolve, reject));
  }

  #watch(resolve: (stdout: Buffer) => void, reject: (error: unknown) => void): void {
    const { signal, deadline, clock = systemClock, stdin } = this.#options;
    const onAbort = (): void => this.#stop(signal.reason);
    const cancelDeadline = clock.after(deadline, () => this.#stop(this.#error('timeout', `${this.#name} did not end within ${deadline} ms`)));
    signal.addEventListener('abort', onAbort, { once: true });

    const settle = (finish: () => void): void => {
      cancelDeadline();
      this.#cancelKill();
      unfinished.delete(this.#end);
      if (unfinished.size === 0) process.off('exit', endUnfinished);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    this.#child.on('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT' || error.code === 'EACCES';
      settle(() => reject(this.#error(missing ? 'missing' : 'failed', missing ? `${this.#name} cannot be run; is it installed and in PATH?` : `${this.#name} cannot be started (${error.code})`)));
    });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#keep(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-stderrKept);
    });
    // a process may end without having read all its input
    this.#child.stdin.on('error', () => {});
    this.#child.stdin.end(stdin ?? '');
    this.#child.on('close', (code, by) => settle(() => this.#finish(code, by, resolve, reject)));
  }

  #keep(chunk: Buffer): void {
    const limit = this.#options.stdoutLimit ?? 64 << 20;
    this.#size += chunk.length;
    if (this.#size <= limit) this.#stdout.push(chunk);
    else this.#stop(this.#error('tooLarge', `${this.#name} wrote more than ${limit} bytes`));
  }

  #finish(code: number | null, by: NodeJS.Signals | null, resolve: (stdout: Buffer) => void, reject: (error: unknown) => void): void {
    if (this.#stopped !== undefined) reject(this.#stopped.error);
    else if (code === 0) resolve(Buffer.concat(this.#stdout));
    else reject(this.#error('failed', code === null ? `${this.#name} was ended by ${by ?? 'a signal'}` : `${this.#name} failed with exit code ${code}`, code));
  }

  /** Asks the process group to end, and ends it where it does not. */
  #stop(error: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { error };
    this.#stdout.length = 0;
    this.#kill('SIGTERM');
    if (unfinished.size === 0) process.on('exit', endUnfinished);
    unfinished.add(this.#end);
    this.#cancelKill = (this.#options.clock ?? systemClock).after(grace, () => {
      this.#end();
      // what left the group may still hold the pipes open
      for (const pipe of [this.#child.stdout, this.#child.stderr]) pipe.destroy();
    });
  }

  readonly #end = (): void => this.#kill('SIGKILL');

  #kill(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // the group is gone already
    }
  }

  #error(kind: ExecErrorKind, message: string, exitCode: number | null = null): ExecError {
    const stderr = this.#options.redact?.(this.#stderr) ?? this.#stderr;
    return new ExecError(kind, message, { ...(exitCode === null ? {} : { exitCode }), stderr });
  }
}
