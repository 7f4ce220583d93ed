import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SealingServiceOptions } from '../app/sealing/sealing-service.ts';
import { parseFormat, parseScope } from '../seal/choices.ts';
import { readFailure } from '../seal/certificate-source.ts';
import { SealError } from '../seal/seal-error.ts';
import { readSealingCertificate, type SealingCertificate } from '../seal/sealing-key.ts';
import { usableCertificate } from '../seal/usable-certificate.ts';
import type { KubesealArguments } from './kubeseal-flags.ts';

/** Where kubeseal reads from and writes to. */
export interface KubesealIo {
  readonly out: { readonly write: (text: string) => unknown };
  readonly err: { readonly write: (text: string) => unknown };
  readonly stdin: { readonly read: () => Promise<Uint8Array>; readonly isTerminal: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Does what a command line of kubeseal asks for. What a mode needs is loaded when it is chosen; the offline modes need no cluster client.
 * @throws SealError and KubeError, to be told; the signal's reason
 */
export async function kubeseal(args: KubesealArguments, io: KubesealIo, signal: AbortSignal): Promise<void> {
  if (args.list('from-file').length > 0 && !args.isOn('raw')) throw new SealError('--from-file requires --raw');
  const inPlace = args.isOn('re-encrypt') || args.isOn('rotate') ? args.text('secret-file') : undefined;
  const target = args.text('sealed-secret-file') ?? inPlace;
  const format = /\.ya?ml$/.test(target ?? '') ? 'yaml' : parseFormat(args.text('format'));
  const output = await produce({ args, io, format, signal });
  if (target === undefined || output === undefined) return void io.out.write(output ?? '');
  const { writeAtomically } = await import('../lib/write-atomically.ts');
  await writeAtomically(target, output, args.isOn('recovery-unseal') ? { mode: 0o600 } : {});
}

interface Task {
  readonly args: KubesealArguments;
  readonly io: KubesealIo;
  readonly format: 'json' | 'yaml';
  readonly signal: AbortSignal;
}

/** The output; undefined where there is none. The order of the modes is kubeseal's. */
async function produce(task: Task): Promise<string | undefined> {
  const { args, io, signal } = task;
  if (args.isOn('recovery-unseal')) return await recover(task);
  if (args.isOn('validate')) {
    const { validateInCluster } = await import('../app/sealing/validate.ts');
    await validateInCluster(await readInput(task), await serviceOptions(args), signal);
    return undefined;
  }
  if (args.isOn('re-encrypt') || args.isOn('rotate')) {
    const { reEncryptInCluster } = await import('../app/sealing/re-encrypt.ts');
    return await reEncryptInCluster(await readInput(task), { ...(await serviceOptions(args)), format: task.format }, signal);
  }
  const pem = await openCertificate(task);
  if (args.isOn('fetch-cert')) return pem;
  const certificate = usableCertificate(readSealingCertificate(pem, args.text('cert') ?? 'the controller'), io.now());
  const merged = args.text('merge-into');
  if (merged !== undefined) return await merge(task, certificate, merged);
  return args.isOn('raw') ? await sealRaw(task, certificate) : await seal(task, certificate);
}

async function recover({ args, io, format, signal }: Task): Promise<string> {
  const [{ unsealText }, { readKeyRing }, { renderSealed }] = await Promise.all([import('../seal/unseal-text.ts'), import('../seal/read-key-ring.ts'), import('../seal/render-sealed.ts')]);
  const ring = await readKeyRing(args.list('recovery-private-key'));
  return await unsealText(await readInput({ args, io, format, signal }), { where: inputName(args), format, ring, render: renderSealed });
}

async function seal({ args, io, format, signal }: Task, certificate: SealingCertificate): Promise<string> {
  const { sealText } = await import('../seal/seal-text.ts');
  const [scope, namespace, name] = [parseScope(args.text('scope')), args.text('namespace'), args.text('name')];
  return await sealText(await readInput({ args, io, format, signal }), {
    where: inputName(args),
    format,
    certificate,
    randomBytes,
    allowEmptyData: args.isOn('allow-empty-data'),
    contextNamespace: () => contextNamespace(args, io),
    // strict is what kubeseal takes for granted, and so it overrules no annotation
    ...(scope === undefined || scope === 'strict' ? {} : { scope }),
    ...(namespace === undefined ? {} : { namespace: { name: namespace, isDemanded: true } }),
    ...(name === undefined ? {} : { name }),
  });
}

async function merge({ args, io, format, signal }: Task, certificate: SealingCertificate, path: string): Promise<undefined> {
  const [{ mergeInto }, { writeAtomically }] = await Promise.all([import('../seal/merge-into.ts'), import('../lib/write-atomically.ts')]);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SealError(`open ${path}: ${readFailure(error)}`);
  });
  const scope = parseScope(args.text('scope'));
  const input = await readInput({ args, io, format, signal });
  await writeAtomically(path, await mergeInto(input, { where: inputName(args), target: { text, where: path }, certificate, randomBytes, allowEmptyData: args.isOn('allow-empty-data'), ...(scope === undefined ? {} : { scope }) }));
}

async function sealRaw({ args, io }: Task, certificate: SealingCertificate): Promise<string> {
  const { sealRawValue } = await import('../seal/seal-raw.ts');
  const scope = parseScope(args.text('scope')) ?? 'strict';
  const [file, ...others] = args.list('from-file');
  const namespace = scope === 'cluster-wide' ? '' : (args.text('namespace') ?? (await contextNamespace(args, io)) ?? '');
  const owner = { scope, namespace, name: args.text('name') ?? '' };
  if (others.length > 0) throw new SealError('must provide only one --from-file when encrypting a single item with --raw');
  return await sealRawValue(owner, { certificate, randomBytes }, async () => {
    if (file !== undefined) return await readInputFile(file.replace(/^[^=]*=/, ''), io);
    if (io.stdin.isTerminal) io.err.write('(tty detected: expecting a secret to encrypt in stdin)\n');
    return await io.stdin.read();
  });
}

async function openCertificate({ args, io, signal }: Task): Promise<string> {
  const source = args.text('cert');
  if (source === undefined) {
    const { fetchFromCluster } = await import('../app/sealing/fetch-certificate.ts');
    return await fetchFromCluster(await serviceOptions(args), signal);
  }
  const { loadCertificate } = await import('../seal/certificate-source.ts');
  return await loadCertificate(source, { env: io.env }, signal);
}

async function serviceOptions(args: KubesealArguments): Promise<SealingServiceOptions> {
  const { serviceOptionsOf } = await import('./kubeseal-cluster.ts');
  return serviceOptionsOf(args);
}

async function contextNamespace(args: KubesealArguments, { env }: KubesealIo): Promise<string | undefined> {
  const { kubeconfigNamespace } = await import('../seal/kubeconfig-namespace.ts');
  const [kubeconfig, context] = [args.text('kubeconfig'), args.text('context')];
  return await kubeconfigNamespace({ env, ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) });
}

async function readInput({ args, io }: Task): Promise<Uint8Array> {
  const path = args.text('secret-file');
  if (path === undefined) {
    if (io.stdin.isTerminal) io.err.write('(tty detected: expecting json/yaml k8s resource in stdin)\n');
    return await io.stdin.read();
  }
  return await readFile(path).catch((error: unknown) => {
    // kubeseal's words, and why
    throw new SealError(`Could not read file specified with --secret-file: ${readFailure(error)}`);
  });
}

async function readInputFile(path: string, io: KubesealIo): Promise<Uint8Array> {
  if (path === '/dev/stdin') return await io.stdin.read();
  return await readFile(path).catch((error: unknown) => {
    throw new SealError(`open ${path}: ${readFailure(error)}`);
  });
}

function inputName(args: KubesealArguments): string {
  return args.text('secret-file') ?? 'the input';
}
