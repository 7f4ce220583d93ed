import { isatty } from 'node:tty';
import { SealError } from '../seal/seal-error.ts';
import { version } from '../lib/version.ts';
import { kubeseal, type KubesealIo } from './kubeseal.ts';
import { FlagError, KubesealArguments, kubesealHelp } from './kubeseal-flags.ts';
import { ignoreClosedPipe } from './ignore-closed-pipe.ts';
import { letGo } from './let-go.ts';
import { readStandardInput } from './standard-input.ts';

/**
 * Runs a command line of kubeseal in this process.
 * @returns 1 where it failed, 2 where the command line cannot be understood, as kubeseal does
 */
export async function runKubeseal(words: readonly string[]): Promise<0 | 1 | 2> {
  const io: KubesealIo = {
    out: process.stdout,
    err: process.stderr,
    stdin: { read: readStandardInput, isTerminal: isatty(0) },
    env: process.env,
    now: () => Date.now(),
  };
  ignoreClosedPipe(process.stdout, process.stderr);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new DOMException(`stopped by ${name}`, 'AbortError')));
  return await letGo(() => run(words, io, stop.signal), stop.signal);
}

/** As `runKubeseal`, with surroundings of the caller's. */
export async function run(words: readonly string[], io: KubesealIo, signal: AbortSignal): Promise<0 | 1 | 2> {
  try {
    const args = KubesealArguments.parse(words, io.env, (line) => io.err.write(`${line}\n`));
    if (args.isOn('version')) io.out.write(`kubeseal version: ${/^\d/.test(version) ? 'v' : ''}${version}\n`);
    else if (args.isOn('help')) io.out.write(kubesealHelp());
    else await kubeseal(args, io, signal);
    return 0;
  } catch (error) {
    if (error instanceof FlagError) {
      io.err.write(`${error.message}\n${kubesealHelp()}`);
      return 2;
    }
    const message = await messageOf(error, signal);
    if (message === undefined) throw error;
    io.err.write(`error: ${message}\n`);
    return 1;
  }
}

/** What a person is to be told; undefined for a bug. What knows the errors of a cluster is loaded only where there is one. */
async function messageOf(error: unknown, signal: AbortSignal): Promise<string | undefined> {
  if (signal.aborted && error === signal.reason) return 'interrupted';
  if (error instanceof SealError) return error.message;
  if (error instanceof Error && 'syscall' in error) return error.message;
  const { failureMessage } = await import('../app/failure-message.ts');
  return failureMessage(error);
}
