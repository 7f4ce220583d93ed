import { readFile, writeFile } from 'node:fs/promises';
import { failureMessage } from '../app/failure-message.ts';
import type { ClusterOptions } from '../app/options.ts';
import { type ListedKey } from '../app/sealing-keys/manage-keys.ts';
import { type KeysRun, openKeys } from '../app/sealing-keys/open-keys.ts';
import { createLog } from '../lib/log.ts';
import { SealError } from '../seal/seal-error.ts';
import { readBackupSecrets, readFirstLine } from './backup-secrets.ts';
import type { ExitCode, Io } from './io.ts';
import { printable } from './printable.ts';
import { styleFor, table } from './style.ts';

export interface KeysTarget {
  readonly cluster: ClusterOptions;
  readonly namespace: string;
}

export type KeysTask =
  | { readonly kind: 'list'; readonly output: 'text' | 'json' }
  | { readonly kind: 'new'; readonly shape: { readonly prefix: string; readonly bits: number; readonly validFor: number; readonly commonName: string }; readonly withdraw: readonly string[] }
  | { readonly kind: 'backup'; readonly recipients: readonly string[]; readonly passphraseFile?: string; readonly outputFile?: string }
  | { readonly kind: 'restore'; readonly file: string; readonly identities: readonly string[]; readonly passphraseFile?: string };

/** `prelude keys`: looks after the keys of an installation. */
export async function keys({ cluster, namespace }: KeysTarget, task: KeysTask, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
  try {
    const run = await openKeys(cluster, namespace, log);
    try {
      return await perform(run, task, io, signal);
    } finally {
      await run.close();
    }
  } catch (error) {
    const message = error instanceof SealError || isFileError(error) ? error.message : failureMessage(error);
    if (message === undefined) throw error;
    io.err.write(`prelude: ${message}\n`);
    return 1;
  }
}

async function perform(run: KeysRun, task: KeysTask, io: Io, signal: AbortSignal): Promise<ExitCode> {
  switch (task.kind) {
    case 'list':
      return list(await run.list(signal), task.output, io);
    case 'new':
      // a slip in a name must not cost a key
      await run.require(task.withdraw, signal);
      io.out.write(`${await run.make({ ...task.shape, labels: {}, annotations: {} }, signal)} made; it seals from now on\n`);
      for (const name of task.withdraw) {
        await run.withdraw(name, signal);
        io.out.write(`${printable(name)} withdrawn; what it sealed is opened no more\n`);
      }
      return 0;
    case 'backup':
      return backUp(run, task, io, signal);
    case 'restore':
      return restore(run, task, io, signal);
  }
}

function list(found: readonly ListedKey[], output: 'text' | 'json', io: Io): ExitCode {
  if (output === 'json') io.out.write(`${JSON.stringify(found.map(({ notBefore, notAfter, ...key }) => ({ ...key, ...(notBefore === undefined ? {} : { notBefore: day(notBefore) }), ...(notAfter === undefined ? {} : { notAfter: day(notAfter) }) })), null, 2)}\n`);
  else {
    const style = styleFor(io);
    const rows = found.map(({ name, state, seals, fingerprint = '', notBefore, notAfter, problem }) => [name, seals ? style.green(`${state}, seals`) : state, fingerprint.slice(0, 16), day(notBefore), day(notAfter), problem === undefined ? '' : style.yellow(problem)]);
    io.out.write(found.length === 0 ? 'no keys\n' : table(['NAME', 'STATE', 'FINGERPRINT', 'FROM', 'UNTIL', ''].map(style.dim), printable(rows), io.isTerminal ? io.columns : Number.POSITIVE_INFINITY));
  }
  return found.some(({ problem }) => problem !== undefined) ? 1 : 0;
}

function day(time: number | undefined): string {
  return time === undefined ? '' : new Date(time).toISOString().slice(0, 10);
}

async function backUp(run: KeysRun, { recipients, passphraseFile, outputFile }: Extract<KeysTask, { readonly kind: 'backup' }>, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const to = passphraseFile === undefined ? { recipients } : { passphrase: await readFirstLine(passphraseFile) };
  const { text, names, left } = await run.backUp(to, signal);
  if (outputFile === undefined) io.out.write(text);
  // it is encrypted, and nobody else's business all the same; one that is there is not overwritten
  else await writeFile(outputFile, text, { mode: 0o600, flag: 'wx' });
  io.err.write(`${names.length} keys backed up: ${names.join(', ')}\n`);
  for (const name of left) io.err.write(`Secret ${name} holds no key that can be read, and is not in it\n`);
  return left.length === 0 ? 0 : 1;
}

async function restore(run: KeysRun, { file, identities, passphraseFile }: Extract<KeysTask, { readonly kind: 'restore' }>, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const { created, present, taken } = await run.restore(await readFile(file), await readBackupSecrets(identities, passphraseFile), file, signal);
  for (const name of created) io.out.write(`${printable(name)} restored\n`);
  for (const name of present) io.out.write(`${printable(name)} is there already\n`);
  for (const name of taken) io.err.write(`${printable(name)}: another Secret has this name, and was left as it is\n`);
  return taken.length === 0 ? 0 : 1;
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'path' in error;
}
