import { randomBytes } from 'node:crypto';
import type { SealingServiceOptions } from '../app/sealing/sealing-service.ts';
import { writeAtomically } from '../lib/write-atomically.ts';
import { findManifestFiles } from '../seal/find-manifests.ts';
import { SealError } from '../seal/seal-error.ts';
import type { SealChoices } from '../seal/seal-secret.ts';
import { readSealingCertificate } from '../seal/sealing-key.ts';
import { usableCertificate } from '../seal/usable-certificate.ts';
import type { ExitCode, Io } from './io.ts';
import { count } from './problem-lines.ts';
import { type NamedCertificate, readBytes, readCertificates } from './seal-files-read.ts';
import type { SealedPaths } from './seal-paths.ts';

export interface SealOptions {
  /** Files and folders; `-` alone for standard input. */
  readonly paths: readonly string[];
  /** Absent: that of the controller. */
  readonly certificates: readonly string[];
  readonly service: SealingServiceOptions;
  readonly choices: SealChoices;
  readonly output: 'yaml' | 'json';
  readonly inPlace: boolean;
  readonly outputFolder?: string;
  readonly mergeInto?: string;
  /** A folder of `prelude up --local`: its own certificate is taken. */
  readonly localFolder?: string;
}

/**
 * `prelude seal PATH…`: seals every Secret in plain text. From standard input to standard output; files in place, beside themselves as
 * `NAME.sealed.yaml`, or into a folder. With several certificates there is one output for each, because a sealed value opens with one key.
 * Nothing is written before everything could be sealed, and every file is replaced whole.
 * @throws SealError, KubeError; the signal's reason
 */
export async function seal(options: SealOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const certificates = await certificatesOf(options, io, signal);
  const [first, ...others] = certificates;
  if (first === undefined) throw new SealError('there is no certificate to seal with');
  if (others.length > 0 && options.outputFolder === undefined) throw new SealError('several certificates make several outputs: name a folder for them with --output-dir');
  if (options.mergeInto !== undefined) return await merge(options, first, io);
  if (options.paths.length === 1 && options.paths[0] === '-') return await sealStream(options, first, io);
  const written = await sealFiles(options, certificates, io, signal);
  io.out.write(written.map((path) => `${path}\n`).join(''));
  if (written.length === 0) io.err.write('prelude: there is no Secret in plain text\n');
  else if (!options.inPlace) io.err.write('prelude: the Secrets in plain text are still there; commit what was sealed alone (--in-place puts it in their place)\n');
  return 0;
}

async function certificatesOf({ certificates, service, localFolder }: SealOptions, io: Io, signal: AbortSignal): Promise<readonly NamedCertificate[]> {
  const named = certificates.length > 0 ? await readCertificates(certificates, io, signal) : [await ownCertificate({ service, ...(localFolder === undefined ? {} : { localFolder }) }, signal)];
  const twice = named.find(({ name }, index) => named.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw new SealError(`two certificates go by the name ${twice.name}: the outputs would overwrite each other`);
  for (const { certificate } of named) usableCertificate(certificate, Date.now());
  return named;
}

/** That of the folder, or of the controller. */
async function ownCertificate({ service, localFolder }: Pick<SealOptions, 'service' | 'localFolder'>, signal: AbortSignal): Promise<NamedCertificate> {
  if (localFolder !== undefined) {
    const { localCertificate } = await import('../app/sealing/local-certificate.ts');
    return { name: 'local', certificate: readSealingCertificate(await localCertificate(localFolder, signal), localFolder) };
  }
  const { fetchFromCluster } = await import('../app/sealing/fetch-certificate.ts');
  return { name: service.name, certificate: readSealingCertificate(await fetchFromCluster(service, signal), service.name) };
}

async function sealStream({ choices, output, service }: SealOptions, { certificate }: NamedCertificate, io: Io): Promise<ExitCode> {
  const [{ sealText }, { kubeconfigNamespace }] = await Promise.all([import('../seal/seal-text.ts'), import('../seal/kubeconfig-namespace.ts')]);
  const { kubeconfig, context } = service;
  const contextNamespace = (): Promise<string | undefined> => kubeconfigNamespace({ env: io.env, ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) });
  io.out.write(await sealText(await readBytes('-', io), { ...choices, where: 'the input', format: output, certificate, randomBytes, contextNamespace }));
  return 0;
}

async function merge({ paths, mergeInto: path = '', choices }: SealOptions, { certificate }: NamedCertificate, io: Io): Promise<ExitCode> {
  const { mergeInto } = await import('../seal/merge-into.ts');
  const [source = '-', ...others] = paths;
  if (others.length > 0) throw new SealError('--merge-into takes one file of Secrets, or standard input');
  const target = { text: (await readBytes(path, io)).toString('utf8'), where: path };
  await writeAtomically(path, await mergeInto(await readBytes(source, io), { ...choices, where: source === '-' ? 'the input' : source, target, certificate, randomBytes }));
  io.out.write(`${path}\n`);
  return 0;
}

async function sealFiles(options: SealOptions, certificates: readonly NamedCertificate[], io: Io, signal: AbortSignal): Promise<readonly string[]> {
  const { choices, inPlace, outputFolder, paths: roots } = options;
  const { sealOnAllCores } = await import('./seal-threads.ts');
  let written: readonly string[] = [];
  const check = (all: readonly SealedPaths[]): void => {
    io.err.write(all.flatMap(({ passedOver }) => passedOver.map((message) => `prelude: passed over: ${message}\n`)).join(''));
    const problems = all.flatMap((one) => one.problems);
    if (problems.length > 0) throw new SealError(`nothing was written: ${count(problems.length, 'problem')}\n${problems.join('\n')}`);
    written = all.flatMap(({ paths }) => paths);
  };
  await sealOnAllCores(await findManifestFiles(roots), { certificates, choices, inPlace, roots, ...(outputFolder === undefined ? {} : { outputFolder }) }, check, signal);
  return written;
}
