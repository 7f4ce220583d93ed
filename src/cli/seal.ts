import { randomBytes } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { SealingServiceOptions } from '../app/sealing/sealing-service.ts';
import { writeAtomically } from '../lib/write-atomically.ts';
import { findManifestFiles } from '../seal/find-manifests.ts';
import { SealError } from '../seal/seal-error.ts';
import { sealFile, type SealedFile } from '../seal/seal-file.ts';
import type { SealChoices } from '../seal/seal-secret.ts';
import { readSealingCertificate } from '../seal/sealing-key.ts';
import { usableCertificate } from '../seal/usable-certificate.ts';
import type { ExitCode, Io } from './io.ts';
import { count } from './problem-lines.ts';
import { type NamedCertificate, readBytes, readCertificates } from './seal-files-read.ts';

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
  const outputs = await sealFiles(options, certificates, io);
  await writeAll(outputs, signal);
  io.out.write(outputs.map(({ path }) => `${path}\n`).join(''));
  if (outputs.length === 0) io.err.write('prelude: there is no Secret in plain text\n');
  else if (!options.inPlace) io.err.write('prelude: the Secrets in plain text are still there; commit what was sealed alone (--in-place puts it in their place)\n');
  return 0;
}

async function certificatesOf({ certificates, service }: SealOptions, io: Io, signal: AbortSignal): Promise<readonly NamedCertificate[]> {
  const named = certificates.length > 0 ? await readCertificates(certificates, io, signal) : [{ name: service.name, certificate: readSealingCertificate(await fetchOne(service, signal), service.name) }];
  const twice = named.find(({ name }, index) => named.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw new SealError(`two certificates go by the name ${twice.name}: the outputs would overwrite each other`);
  for (const { certificate } of named) usableCertificate(certificate, Date.now());
  return named;
}

async function fetchOne(service: SealingServiceOptions, signal: AbortSignal): Promise<string> {
  const { fetchFromCluster } = await import('../app/sealing/fetch-certificate.ts');
  return await fetchFromCluster(service, signal);
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

interface Output {
  readonly path: string;
  readonly text: string;
}

/** Files that are flushed to the disk at once: one after the other each would wait for the disk. */
const batch = 32;

async function writeAll(outputs: readonly Output[], signal: AbortSignal): Promise<void> {
  for (const folder of new Set(outputs.map(({ path }) => dirname(path)))) await mkdir(folder, { recursive: true });
  for (let at = 0; at < outputs.length; at += batch) {
    signal.throwIfAborted();
    await Promise.all(outputs.slice(at, at + batch).map(async ({ path, text }) => await writeAtomically(path, text)));
  }
}

async function sealFiles(options: SealOptions, certificates: readonly NamedCertificate[], io: Io): Promise<readonly Output[]> {
  const problems: string[] = [];
  const outputs: Output[] = [];
  for (const path of await findManifestFiles(options.paths)) {
    const text = (await readBytes(path, io)).toString('utf8');
    if (!text.includes('Secret')) continue;
    for (const { name, certificate } of certificates) {
      try {
        const sealed = await sealFile(text, { ...options.choices, where: path, certificate, randomBytes });
        if (sealed !== undefined) outputs.push(outputOf(path, sealed, options, certificates.length > 1 ? name : ''));
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        // a chart's template cannot be read, and holds no value as a rule
        if (/\{\{/.test(text)) io.err.write(`prelude: passed over: ${error.message}\n`);
        else problems.push(error.message);
      }
    }
  }
  if (problems.length > 0) throw new SealError(`nothing was written: ${count(problems.length, 'problem')}\n${problems.join('\n')}`);
  return outputs;
}

function outputOf(path: string, { inPlace, alone }: SealedFile, options: SealOptions, certificate: string): Output {
  if (options.inPlace) return { path, text: inPlace() };
  const beside = path.replace(/(\.[^.]+)?$/, '.sealed$1');
  if (options.outputFolder === undefined) return { path: beside, text: alone };
  const root = options.paths.find((one) => path === one || path.startsWith(one.endsWith('/') ? one : `${one}/`)) ?? '.';
  const below = relative(root, beside);
  return { path: join(options.outputFolder, certificate, below === '' || below.startsWith('..') ? (beside.split('/').at(-1) ?? beside) : below), text: alone };
}
