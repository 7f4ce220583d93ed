import { readFile } from 'node:fs/promises';
import { BootstrapError } from '../app/bootstrap/bootstrap-error.ts';
import type { BootstrapOptions, BootstrapProgress, BroughtCredential } from '../app/bootstrap/bootstrap-options.ts';
import { bootstrapObjects, runBootstrap } from '../app/bootstrap/run-bootstrap.ts';
import type { ClusterOptions } from '../app/options.ts';
import { withTargetCluster } from '../app/with-target-cluster.ts';
import { parseGitUrl } from '../gitops/source/git-url.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { SealError } from '../seal/seal-error.ts';
import { readBackupSecrets, readFirstLine } from './backup-secrets.ts';
import type { ExitCode, Io } from './io.ts';
import { printDocument } from './print-document.ts';
import { printable } from './printable.ts';
import { styleFor } from './style.ts';
import { tellFailure } from './tell-failure.ts';

/** What `prelude bootstrap` is asked for; files are named. */
export interface BootstrapTask {
  readonly url: string;
  readonly path: string;
  readonly revision: string;
  readonly namespace: string;
  readonly name: string;
  readonly cluster: ClusterOptions;
  readonly isInstalled: boolean;
  readonly isExport: boolean;
  readonly image?: string;
  readonly values?: string;
  readonly sshKeyFile?: string;
  readonly login?: { readonly username: string; readonly passwordFile: string };
  readonly knownHosts?: string;
  readonly sealTo?: string;
  readonly backup?: { readonly file: string; readonly identities: readonly string[]; readonly passphraseFile?: string };
  readonly timeout: number;
}

/** `prelude bootstrap`: has a cluster follow a repository, and says what happens. */
export async function bootstrap(task: BootstrapTask, io: Io, signal: AbortSignal): Promise<ExitCode> {
  try {
    const options = await optionsOf(task);
    if (task.isExport) return await exportAll(options, io, signal);
    const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
    const style = styleFor(io);
    const surroundings = { environment: io.env, clock: systemClock, log, progress: progressOf(io) };
    const { sync } = await withTargetCluster(task.cluster, surroundings, (cluster) => runBootstrap(cluster, options, surroundings, signal));
    io.out.write(`Application ${task.namespace}/${task.name} ${style.green('Synced, Healthy')} at ${(sync?.revision ?? '').slice(0, 12)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof BootstrapError || error instanceof SealError || isFileError(error))) return tellFailure(error, io);
    io.err.write(`prelude: ${printable(error.message)}\n`);
    return 1;
  }
}

async function optionsOf(task: BootstrapTask): Promise<BootstrapOptions> {
  const { url, path, revision, namespace, name, isInstalled, image, timeout } = task;
  // before anything is printed: a token in it is refused
  parseGitUrl(url);
  const credential = await credentialOf(task);
  const knownHosts = task.knownHosts === undefined ? undefined : await readFile(task.knownHosts, 'utf8');
  const values = task.values === undefined ? undefined : await readFile(task.values, 'utf8');
  const sealed = task.sealTo === undefined ? undefined : await readIfThere(task.sealTo);
  return {
    repository: { url, revision, path, ...(credential === undefined ? {} : { credential }), ...(knownHosts === undefined ? {} : { knownHosts }) },
    namespace,
    name,
    controller: { isInstalled, ...(image === undefined ? {} : { image }), ...(values === undefined ? {} : { values }) },
    ...(task.sealTo === undefined ? {} : { sealTo: { path: task.sealTo, ...(sealed === undefined ? {} : { text: sealed }) } }),
    ...(task.backup === undefined ? {} : { keysBackup: { file: await readFile(task.backup.file), where: task.backup.file, secrets: await readBackupSecrets(task.backup.identities, task.backup.passphraseFile) } }),
    timeout,
  };
}

async function credentialOf({ sshKeyFile, login }: BootstrapTask): Promise<BroughtCredential | undefined> {
  if (sshKeyFile !== undefined) return { kind: 'ssh', privateKey: new SecretBytes(await readFile(sshKeyFile)) };
  if (login === undefined) return undefined;
  return { kind: 'login', username: SecretBytes.fromUtf8(login.username), password: SecretBytes.fromUtf8(await readFirstLine(login.passwordFile)) };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function exportAll(options: BootstrapOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const objects = await bootstrapObjects(options, systemClock, signal);
  io.out.write(objects.map((object) => `---\n${printDocument(object, 'yaml')}`).join(''));
  io.err.write('prelude: the Secret with the credential of the repository is not among them: credentials are not printed\n');
  return 0;
}

function progressOf(io: Io): BootstrapProgress {
  const style = styleFor(io);
  const print = (line: string): void => void io.out.write(`${printable(line)}\n`);
  let registered = false;
  return {
    done: print,
    read: print,
    waiting: (message) => io.out.write(style.dim(`waiting: ${printable(message)}`) + '\n'),
    register: ({ publicKey, where }) => {
      if (registered) return;
      registered = true;
      io.out.write(`\nRegister this key, for reading only, with ${where}:\n\n  ${style.bold(publicKey)}\n\n`);
    },
  };
}

function isFileError(error: unknown): error is Error & { readonly code: unknown } {
  return error instanceof Error && 'code' in error && 'path' in error;
}
