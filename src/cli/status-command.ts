import { Command } from 'commander';
import { parseApplicationName } from '../app/applications/application-name.ts';
import { parseNames, type RepositoryMapping, UsageError } from '../app/options.ts';
import type { RendererName } from '../gitops/render/renderer-choice.ts';
import { addClusterOptions, type ClusterFlags, clusterOf, type OutputFormat } from './cluster-options.ts';
import { rendererOption, repoOption, usageOption } from './command-options.ts';
import type { Done, Io } from './io.ts';

interface Flags extends ClusterFlags {
  readonly namespace?: string;
  readonly source: string;
  readonly repo: RepositoryMapping[];
  readonly renderer: RendererName;
  readonly output: OutputFormat;
}

const help = `
Examples:
  prelude status                          every Application, one line each
  prelude status devnet                   its objects, desired and actual
  prelude status devnet -o json | jq '.objects[] | {desired, actual}'

With a name, Git is read as well: from the checkout at --source where that has
the commit, or else from the repository's address. No value is shown.

Exit codes: 0 shown, 1 there is no such Application, or the cluster did not
answer, 2 bad usage.`;

/** `prelude status`. */
export function statusCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return addClusterOptions(new Command('status'))
    .description('Say how Applications fare, what they wait for, and where in Git each object is from.')
    .argument('[name]', 'an Application, NAME or NAMESPACE/NAME (all of them unless told)')
    .addOption(usageOption('--namespace <name>', 'those of this namespace only', (text) => parseNames('--namespace', text)[0] ?? ''))
    .option('--source <folder>', 'a checkout, in which commits are looked for', '.')
    .addOption(repoOption())
    .addOption(rendererOption())
    .addHelpText('after', help)
    .action(async (name: string | undefined, flags: Flags) => {
      if (name !== undefined && flags.namespace !== undefined) throw new UsageError('--namespace is for the list; write NAMESPACE/NAME');
      const application = name === undefined ? undefined : parseApplicationName(name);
      const { status, statusOf } = await import('./status.ts');
      const shown = { cluster: clusterOf(flags), output: flags.output };
      if (application === undefined) return done(await status({ ...shown, ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }) }, io, signal));
      return done(await statusOf({ ...shown, application, places: { path: flags.source, repositories: flags.repo, renderer: flags.renderer } }, io, signal));
    });
}
