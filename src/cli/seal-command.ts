import { Command, Option } from 'commander';
import { UsageError } from '../app/options.ts';
import { parseScope } from '../seal/choices.ts';
import type { Scope } from '../seal/scope.ts';
import { SealError } from '../seal/seal-error.ts';
import { contextOption, kubeconfigOption } from './command-options.ts';
import type { Done, ExitCode, Io } from './io.ts';
import type { SealOptions } from './seal.ts';
import { certOption, type KeyFlags, keyOptions, repeated } from './seal-options.ts';

interface SealFlags extends KeyFlags {
  readonly cert: readonly string[];
  readonly scope?: Scope;
  readonly name?: string;
  readonly namespace?: string;
  readonly output?: 'yaml' | 'json' | 'text';
  readonly inPlace?: true;
  readonly outputDir?: string;
  readonly mergeInto?: string;
  readonly allowEmptyData?: true;
  readonly labels?: true;
  readonly annotateKey?: true;
  readonly check?: true;
  readonly staged?: true;
  readonly installHook?: true;
  readonly sops?: true;
  readonly age: readonly string[];
  readonly controllerName: string;
  readonly controllerNamespace: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly local?: string;
}

const help = `
Examples:
  prelude seal --cert cert.pem < secret.yaml > sealed.yaml
  prelude seal --cert cert.pem --in-place overlays/      every Secret below, in its file
  prelude seal --cert eu.pem --cert us.pem --output-dir sealed secrets/
  prelude seal --local .prelude --in-place .             for prelude up --local .prelude
  prelude seal --check .                                 in CI
  prelude seal --install-hook

All of kubeseal's own flags are those of the program kubeseal, which is installed beside this one.
Exit codes: 0 sealed, or nothing found by --check; 1 not so; 2 bad usage.`;

/** `prelude seal`. */
export function sealCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const command = new Command('seal')
    .description('Seal Secrets for Git with a certificate, or check what is sealed; no cluster is needed.')
    .argument('[paths...]', 'files and folders with Secrets; standard input where there is none')
    .addOption(certOption('certificate to seal with: a file or a URL (the one of the controller unless told); with --check those that may have sealed; may be repeated'))
    .addOption(new Option('--scope <scope>', 'what a value is bound to').choices(['strict', 'namespace-wide', 'cluster-wide']))
    .option('--name <name>', 'name of the Secret')
    .option('-n, --namespace <name>', 'namespace of Secrets that name none, and which others must not contradict')
    .addOption(new Option('-o, --output <format>', 'how to print it: yaml or json, with --check text or json').choices(['yaml', 'json', 'text']))
    .option('--in-place', 'put what is sealed into the place of the Secrets')
    .option('--output-dir <folder>', 'write what is sealed below this folder, one folder for each certificate where there are several')
    .option('--merge-into <file>', 'add the sealed values to the SealedSecret in this file; the rest of it stays as it is')
    .option('--allow-empty-data', 'seal Secrets that have no data')
    .option('--labels', "give the SealedSecret the Secret's labels too")
    .option('--annotate-key', 'annotate the SealedSecret with the fingerprint of the key')
    .option('--check', 'seal nothing; look for Secrets in plain text, and for SealedSecrets that cannot be opened')
    .option('--staged', 'with --check: what Git is about to commit')
    .option('--install-hook', 'write a pre-commit hook that runs --check --staged')
    .option('--sops', 'encrypt files for SOPS instead, for the recipients of --age')
    .addOption(repeated('--age <recipient>', 'with --sops: who can decrypt, as age1…; may be repeated'))
    .option('--local <folder>', 'seal for a folder of prelude up --local; its first key is made where it has none')
    .option('--controller-name <name>', 'Service of the controller', 'sealed-secrets-controller')
    .option('--controller-namespace <name>', 'namespace of the controller', 'kube-system')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText('after', help);
  for (const option of keyOptions()) command.addOption(option);
  return command.action(async (paths: readonly string[], flags: SealFlags) => done(await told(run(paths, flags, io, signal), io)));
}

async function run(paths: readonly string[], flags: SealFlags, io: Io, signal: AbortSignal): Promise<ExitCode> {
  if (flags.installHook === true) {
    const { installHook } = await import('./seal-hook.ts');
    return await installHook(io, signal);
  }
  if (flags.check === true) {
    if (flags.output === 'yaml') throw new UsageError('--check prints text or json');
    const { sealCheck } = await import('./seal-check.ts');
    return await sealCheck({ ...flags, paths: paths.length === 0 ? ['.'] : paths, certificates: flags.cert, output: flags.output ?? 'text' }, io, signal);
  }
  if (flags.sops === true) {
    const { sealSopsFiles } = await import('./seal-sops-files.ts');
    return await sealSopsFiles({ paths: paths.length === 0 ? ['-'] : paths, recipients: flags.age, inPlace: flags.inPlace === true }, io);
  }
  if (flags.output === 'text') throw new UsageError('what is sealed is printed as yaml or json');
  if (flags.local !== undefined && (flags.cert.length > 0 || (flags.context ?? flags.kubeconfig) !== undefined)) throw new UsageError('--local, --cert and a kube context say three ways to come by a certificate; choose one');
  const { seal } = await import('./seal.ts');
  return await seal({ ...sealOptions(flags), paths: paths.length === 0 ? ['-'] : paths, output: flags.output ?? 'yaml' }, io, signal);
}

function sealOptions({ cert, name, namespace, inPlace, outputDir, mergeInto, allowEmptyData, labels, annotateKey, local, ...flags }: SealFlags): Omit<SealOptions, 'paths' | 'output'> {
  const scope = parseScope(flags.scope);
  const { kubeconfig, context } = flags;
  return {
    certificates: cert,
    service: { name: flags.controllerName, namespace: flags.controllerNamespace, ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) },
    choices: {
      allowEmptyData: allowEmptyData === true,
      keepLabels: labels === true,
      annotateKey: annotateKey === true,
      ...(scope === undefined ? {} : { scope }),
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace: { name: namespace, isDemanded: true } }),
    },
    inPlace: inPlace === true,
    ...(outputDir === undefined ? {} : { outputFolder: outputDir }),
    ...(mergeInto === undefined ? {} : { mergeInto }),
    ...(local === undefined ? {} : { localFolder: local }),
  };
}

/** The exit code of a command of sealing; what is wrong is told, bugs are thrown. */
export async function told(running: Promise<ExitCode>, io: Io): Promise<ExitCode> {
  try {
    return await running;
  } catch (error) {
    const { failureMessage } = await import('../app/failure-message.ts');
    const { ExecError } = await import('../lib/exec-error.ts');
    const message = error instanceof SealError || error instanceof ExecError || (error instanceof Error && 'syscall' in error) ? error.message : failureMessage(error);
    if (message === undefined) throw error;
    io.err.write(`prelude: ${message}\n`);
    return 1;
  }
}
