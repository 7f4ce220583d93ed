import { type Command, Option } from 'commander';
import { type ClusterOptions, UsageError } from '../app/options.ts';
import { contextOption, kubeconfigOption } from './command-options.ts';

/** The flags that say which cluster a command is about. */
export interface ClusterFlags {
  readonly local?: string;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** How a command prints what it has to say. */
export type OutputFormat = 'text' | 'json' | 'yaml';

/** Adds `--local`, `--kubeconfig`, `--context` and `-o`. */
export function addClusterOptions(command: Command): Command {
  return command
    .option('--local <folder>', 'a local cluster in a folder, instead of a kube context')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'yaml']).default('text'));
}

/** @throws UsageError where two clusters are named */
export function clusterOf({ local, kubeconfig, context }: ClusterFlags): ClusterOptions {
  if (local === undefined) return { kind: 'kubernetes', kubeconfig, context };
  if ((context ?? kubeconfig) !== undefined) throw new UsageError('--local and a kube context are two different clusters; choose one');
  return { kind: 'local', folder: local };
}
