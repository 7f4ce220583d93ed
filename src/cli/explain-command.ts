import { Command, Option } from 'commander';
import { UsageError } from '../app/options.ts';
import { contextOption, kubeconfigOption } from './command-options.ts';
import type { Done, Io } from './io.ts';

interface Flags {
  readonly local?: string;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly output: 'text' | 'json' | 'yaml';
}

const help = `
Examples:
  prelude explain secret testnet-a/db
  prelude explain secret testnet-a/db -o json

No value is shown, and none is read: names of keys, remote keys and versions
come from metadata. Exit codes: 0 explained, 1 there is no such Secret and
nothing declares it, or the cluster did not answer, 2 bad usage.`;

/** `prelude explain`. */
export function explainCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const secret = new Command('secret')
    .description('Say where a Secret came from, key by key, who uses it and when it is refreshed.')
    .argument('<namespace/name>', 'the Secret; it need not exist yet')
    .option('--local <folder>', 'look into a local cluster in a folder')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'yaml']).default('text'))
    .addHelpText('after', help)
    .action(async (target: string, { local, kubeconfig, context, output }: Flags) => {
      const [namespace = '', name = '', ...rest] = target.split('/');
      if (namespace === '' || name === '' || rest.length > 0) throw new UsageError(`${target}: write NAMESPACE/NAME, e.g. testnet-a/db`);
      if (local !== undefined && (context ?? kubeconfig) !== undefined) throw new UsageError('--local and a kube context are two different clusters; choose one');
      const { explain } = await import('./explain.ts');
      const cluster = local === undefined ? ({ kind: 'kubernetes', kubeconfig, context } as const) : ({ kind: 'local', folder: local } as const);
      done(await explain({ cluster, secret: { namespace, name }, output }, io, signal));
    });
  return new Command('explain').description('Explain an object of the cluster.').addCommand(secret).addHelpText('after', '\nExample:\n  prelude explain secret testnet-a/db');
}
