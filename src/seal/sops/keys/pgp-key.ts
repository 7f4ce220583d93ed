import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../../../lib/exec.ts';
import { ExecError } from '../../../lib/exec-error.ts';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { type KeyAnswer, refuse } from './key-answer.ts';

export interface GpgOptions {
  /** Secret keys in armor. They must have no passphrase. */
  readonly keys: readonly SecretBytes[];
  /** A folder in memory, where gpg's own folder is made for as long as it runs: `/dev/shm` on Linux. */
  readonly memoryFolder: string;
  readonly signal: AbortSignal;
}

/** Milliseconds that each run of gpg may take; the first one makes its key box and starts its agent. */
const deadline = 20_000;
/** Bytes of a data key, with a share's place and no more. */
const mostBytes = 1024;

/**
 * Opens a data key that is encrypted as an OpenPGP message, by the gpg program: with a home of its own, which only this process's user may
 * enter, which lies in memory, and which is gone afterwards. gpg gets keys and messages on its standard input.
 */
export async function openWithGpg(message: string, { keys, memoryFolder, signal }: GpgOptions): Promise<KeyAnswer> {
  if (keys.length === 0) return refuse('there is no PGP key at hand (a key *.asc of the Secret)');
  let home: string;
  try {
    // made with the rights 0700
    home = await mkdtemp(join(memoryFolder, 'prelude-gpg-'));
  } catch {
    return refuse(`gpg needs a folder in memory, and ${memoryFolder} is not there or cannot be written to`);
  }
  const gpg = (args: readonly string[], stdin: Uint8Array | string): Promise<Buffer> =>
    exec('gpg', ['--homedir', home, '--batch', '--no-tty', '--quiet', '--no-auto-key-retrieve', ...args], { signal, deadline, stdin, stdoutLimit: mostBytes, redact: () => '', env: { GNUPGHOME: home, HOME: home, LC_ALL: 'C' } });
  try {
    for (const key of keys) await gpg(['--import'], key.reveal());
    return { ok: true, part: new SecretBytes(await gpg(['--pinentry-mode', 'error', '--decrypt'], message)) };
  } catch (error) {
    signal.throwIfAborted();
    return refuse(reasonOf(error));
  } finally {
    await endAgent(home, signal);
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ExecError)) throw error;
  if (error.kind === 'missing') return 'PGP keys are used through gpg, which is not in PATH: install GnuPG 2.2 or later beside Prelude, or encrypt for an age key (sops updatekeys)';
  if (error.kind === 'timeout') return `gpg did not end within ${deadline / 1000} s`;
  return 'gpg cannot open it with the PGP keys at hand; they must be secret keys in armor, without a passphrase';
}

/** The agent holds keys and outlives gpg. One that cannot be told to end does so itself once its home is gone. */
async function endAgent(home: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  try {
    await exec('gpgconf', ['--homedir', home, '--kill', 'all'], { signal, deadline, env: { GNUPGHOME: home, HOME: home } });
  } catch {
    // there may be none, or no gpgconf
  }
}
