import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The servers of one control plane, and the folder they work in. They end together, whatever ends this process. */
export interface ProcessGroup {
  /** Starts a program; what it prints goes to `<name>.log` in the folder. */
  readonly start: (program: string, args: readonly string[]) => void;
  /** Kills the program of that name and starts it again with the same arguments. */
  readonly restart: (name: string) => Promise<void>;
  /** Asks until `ready` answers true. Throws, with the end of its log, where one of the programs ends or time runs out. */
  readonly until: (ready: () => Promise<boolean>, what: string) => Promise<void>;
  /** Ends all of them at once and removes the folder. */
  readonly stop: () => Promise<void>;
}

const pollEvery = 25;
const startLimit = 60_000;

/**
 * A shell that waits for its standard input to end, which the kernel sees to however we die, and then ends what
 * it was told of. Nothing else outlives a runner that was killed.
 */
const watchdog = 'while read -r pid; do pids="$pids $pid"; done; [ -n "$pids" ] && kill -9 $pids 2>/dev/null; for i in 1 2 3 4 5 6 7 8 9; do rm -rf "$0" && exit; sleep 0.2; done';

export function createProcessGroup(folder: string): ProcessGroup {
  const children = new Map<string, { readonly child: ChildProcess; readonly again: () => void }>();
  // a group of its own, so that a Ctrl-C in the terminal does not end it before its work
  const guard = spawn('/bin/sh', ['-c', watchdog, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.unref();

  function failure(): string | undefined {
    for (const [name, { child }] of children) {
      if (child.exitCode !== null || child.signalCode !== null) return `${name} ended (${child.exitCode ?? child.signalCode}):\n${logTail(folder, name)}`;
    }
    return undefined;
  }

  function start(program: string, args: readonly string[]): void {
    const name = basename(program);
    const log = openSync(join(folder, `${name}.log`), 'a');
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', log, log], detached: true, env: { PATH: process.env['PATH'] ?? '', HOME: folder } });
    closeSync(log);
    // a program that cannot be started has no pid; `until` reports it
    child.on('error', () => {});
    child.unref();
    children.set(name, { child, again: () => start(program, args) });
    if (child.pid !== undefined) guard.stdin.write(`${child.pid}\n`);
  }

  return {
    start,
    restart: async (name) => {
      const program = children.get(name);
      if (program === undefined) throw new Error(`${name} has not been started`);
      const ended = exited(program.child);
      program.child.kill('SIGKILL');
      await ended;
      program.again();
    },
    until: async (ready, what) => {
      const deadline = performance.now() + startLimit;
      for (;;) {
        if (await ready()) return;
        const problem = failure();
        if (problem !== undefined) throw new Error(`waiting until ${what}: ${problem}`);
        if (performance.now() > deadline) throw new Error(`waited ${startLimit / 1000} s in vain until ${what}`);
        await new Promise((resolve) => setTimeout(resolve, pollEvery));
      }
    },
    stop: async () => {
      const ended = [...[...children.values()].map(({ child }) => child), guard].map((child) => exited(child));
      guard.stdin.end();
      await Promise.all(ended);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function exited(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.ref();
    child.once('exit', () => resolve());
  });
}

function logTail(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, `${name}.log`), 'utf8').slice(-3000);
  } catch {
    return 'no log';
  }
}
