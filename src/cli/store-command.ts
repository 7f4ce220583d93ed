import { Command, Option } from 'commander';
import { parseNames, UsageError } from '../app/options.ts';
import { type AdapterFlags, adaptersOf, fileRootOption, ownIdentityOption, providerOption } from './adapter-options.ts';
import { contextOption, kubeconfigOption, usageOption } from './command-options.ts';
import type { Done, Io } from './io.ts';

interface Flags extends AdapterFlags {
  readonly namespace?: string;
  readonly cluster?: true;
  readonly as?: string;
  readonly key?: string;
  readonly keyVersion?: string;
  readonly property?: string;
  readonly controllerClass: string;
  readonly local?: string;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly output: 'text' | 'json';
}

const help = `
Examples:
  prelude store check vault --namespace testnet-a
  prelude store check aws --cluster --as testnet-a --key prod/db --property pw

The store is asked with the credentials it names; where it names none, it is
asked as this machine and not as the controller. No value is shown.

Exit codes: 0 it works (and has the key), 1 it does not, 2 bad usage.`;

/** `prelude store`. */
export function storeCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const namespaceOption = (flags: string, description: string): Option => usageOption(flags, description, (text) => parseNames(flags.split(' ')[0] ?? flags, text)[0]);
  const check = new Command('check')
    .description('Say whether a store works, for whom, and whether it has a key.')
    .argument('<name>', 'the SecretStore, or with --cluster the ClusterSecretStore')
    .addOption(namespaceOption('--namespace <name>', 'namespace of the SecretStore (default unless told)'))
    .option('--cluster', 'a ClusterSecretStore is meant')
    .addOption(namespaceOption('--as <namespace>', 'whether this namespace may use it, and what it would get'))
    .option('--key <key>', 'read this value, and say what it looks like')
    .addOption(new Option('--key-version <version>', 'in this version'))
    .option('--property <path>', 'and this part of it')
    .option('--controller-class <name>', 'the class of the controller', 'default')
    .option('--local <folder>', 'look into a local cluster in a folder')
    .addOption(providerOption())
    .addOption(ownIdentityOption())
    .addOption(fileRootOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', help)
    .action(async (name: string, flags: Flags) => {
      const { namespace, as: consumer, key, keyVersion: version, property, controllerClass, local, kubeconfig, context, output } = flags;
      if (flags.cluster === true && namespace !== undefined) throw new UsageError('a ClusterSecretStore has no namespace; say with --as who would use it');
      if (key === undefined && (version ?? property) !== undefined) throw new UsageError('--key-version and --property go with --key');
      if (local !== undefined && (context ?? kubeconfig) !== undefined) throw new UsageError('--local and a kube context are two different clusters; choose one');
      const { storeCheck } = await import('./store-check.ts');
      const question = {
        kind: flags.cluster === true ? ('ClusterSecretStore' as const) : ('SecretStore' as const),
        name,
        namespace: namespace ?? 'default',
        controllerClass,
        ...(consumer === undefined ? {} : { consumer }),
        ...(key === undefined ? {} : { key }),
        ...(version === undefined ? {} : { version }),
        ...(property === undefined ? {} : { property }),
      };
      const cluster = local === undefined ? ({ kind: 'kubernetes', kubeconfig, context } as const) : ({ kind: 'local', folder: local } as const);
      done(await storeCheck({ cluster, question, adapters: adaptersOf(flags), output }, io, signal));
    });
  return new Command('store').description('Look after stores.').addCommand(check).addHelpText('after', '\nExample:\n  prelude store check vault --namespace testnet-a');
}
