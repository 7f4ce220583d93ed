import { Command, Option } from 'commander';
import { parseNames, UsageError } from '../app/options.ts';
import { parseKeyPrefix, parsePeriod, parseWhole } from '../app/sealing-keys/parse-sealing-options.ts';
import { contextOption, kubeconfigOption, usageOption } from './command-options.ts';
import type { Done, Io } from './io.ts';
import type { KeysTarget, KeysTask } from './keys.ts';

interface TargetFlags {
  readonly namespace: string;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly local?: string;
}

interface ShapeFlags extends TargetFlags {
  readonly keyPrefix: string;
  readonly keySize: number;
  readonly keyTtl: number;
  readonly myCn: string;
}

const help = `
Examples:
  prelude keys list -n kube-system
  prelude keys backup --recipient age1… --output-file keys.age
  prelude keys restore keys.age --identity key.txt
  prelude keys rotate --withdraw sealed-secrets-keyabcde

Keys are Secrets of a namespace, as Sealed Secrets keeps them. A controller
that runs takes up what changes at once. No private key is ever printed, nor
given as an argument.

Exit codes: 0 done, 1 failed (list: a key needs attention), 2 bad usage.`;

/** `prelude keys`. */
export function keysCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const run = async (flags: TargetFlags, task: KeysTask): Promise<void> => {
    const { keys } = await import('./keys.ts');
    done(await keys(targetOf(flags), task, io, signal));
  };
  const list = withTarget(new Command('list').description('Say which keys there are, and which one seals.'))
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .action((flags: TargetFlags & { readonly output: 'text' | 'json' }) => run(flags, { kind: 'list', output: flags.output }));
  const make = withShape(withTarget(new Command('new').description('Make a key, which seals from now on.')))
    .action((flags: ShapeFlags) => run(flags, { kind: 'new', shape: shapeOf(flags), withdraw: [] }));
  const rotate = withShape(withTarget(new Command('rotate').description('Make a key, and take others out of use.')))
    .option('--withdraw <name...>', 'keys that open nothing from then on: seal anew what they sealed, first')
    .action((flags: ShapeFlags & { readonly withdraw?: readonly string[] }) => run(flags, { kind: 'new', shape: shapeOf(flags), withdraw: flags.withdraw ?? [] }));
  const backup = withTarget(new Command('backup').description('Encrypt all keys with age.'))
    .option('--recipient <age1...>', 'who may decrypt it; several with spaces')
    .option('--passphrase-file <file>', 'a passphrase instead')
    .option('-w, --output-file <file>', 'write it there instead of to the terminal')
    .action((flags: BackupFlags) => run(flags, backupTask(flags)));
  const restore = withTarget(new Command('restore').description('Put the keys of a backup into a namespace; nothing that is there is changed.'))
    .argument('<file>', 'the backup')
    .option('--identity <file...>', 'files with the identities of age that it is for')
    .option('--passphrase-file <file>', 'its passphrase')
    .action((file: string, flags: RestoreFlags) => {
      if ((flags.identity ?? []).length === 0 && flags.passphraseFile === undefined) throw new UsageError('a backup is decrypted with --identity or --passphrase-file');
      return run(flags, { kind: 'restore', file, identities: flags.identity ?? [], ...(flags.passphraseFile === undefined ? {} : { passphraseFile: flags.passphraseFile }) });
    });
  const root = new Command('keys').description('Look after the keys of SealedSecrets.').addHelpText('after', help);
  for (const command of [list, make, rotate, backup, restore]) root.addCommand(command);
  return root;
}

interface BackupFlags extends TargetFlags {
  readonly recipient?: readonly string[];
  readonly passphraseFile?: string;
  readonly outputFile?: string;
}

interface RestoreFlags extends TargetFlags {
  readonly identity?: readonly string[];
  readonly passphraseFile?: string;
}

function backupTask({ recipient = [], passphraseFile, outputFile }: BackupFlags): KeysTask {
  if ((recipient.length === 0) === (passphraseFile === undefined)) throw new UsageError('say whom the backup is for: --recipient, or --passphrase-file');
  return { kind: 'backup', recipients: recipient, ...(passphraseFile === undefined ? {} : { passphraseFile }), ...(outputFile === undefined ? {} : { outputFile }) };
}

function withTarget(command: Command): Command {
  return command
    .addOption(usageOption('-n, --namespace <name>', 'where the keys are', (text) => parseNames('--namespace', text)[0] ?? '').default('prelude').env('PRELUDE_SEAL_KEY_NAMESPACE'))
    .option('--local <folder>', 'in a folder instead of a cluster, as of prelude up --local')
    .addOption(kubeconfigOption())
    .addOption(contextOption());
}

function withShape(command: Command): Command {
  return command
    .addOption(usageOption('--key-prefix <name>', 'its name begins with it', (text) => parseKeyPrefix('--key-prefix', text)).default('sealed-secrets-key').env('SEALED_SECRETS_KEY_PREFIX'))
    .addOption(usageOption('--key-size <bits>', 'of the modulus', (text) => parseWhole('--key-size', text, 2048, 16_384)).default(4096).env('SEALED_SECRETS_KEY_SIZE'))
    .addOption(usageOption('--key-ttl <duration>', 'how long the certificate is good', (text) => parsePeriod('--key-ttl', text)).default(parsePeriod('--key-ttl', '87600h'), '87600h').env('SEALED_SECRETS_KEY_TTL'))
    .addOption(new Option('--my-cn <name>', 'common name in it').default('', 'none').env('SEALED_SECRETS_MY_CN'));
}

function shapeOf({ keyPrefix: prefix, keySize: bits, keyTtl: validFor, myCn: commonName }: ShapeFlags): Extract<KeysTask, { readonly kind: 'new' }>['shape'] {
  return { prefix, bits, validFor, commonName };
}

function targetOf({ namespace, kubeconfig, context, local }: TargetFlags): KeysTarget {
  if (local !== undefined && (context ?? kubeconfig) !== undefined) throw new UsageError('--local and a kube context are two different clusters; choose one');
  return { namespace, cluster: local === undefined ? { kind: 'kubernetes', kubeconfig, context } : { kind: 'local', folder: local } };
}
