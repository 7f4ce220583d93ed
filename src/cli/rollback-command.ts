import { Command } from 'commander';
import { parseApplicationName } from '../app/applications/application-name.ts';
import { UsageError } from '../app/options.ts';
import { addClusterOptions, type ClusterFlags, clusterOf, type OutputFormat } from './cluster-options.ts';
import type { Done, Io } from './io.ts';

interface Flags extends ClusterFlags {
  readonly release?: true;
  readonly output: OutputFormat;
}

const help = `
Examples:
  prelude rollback devnet                 to the revision before this one
  prelude rollback devnet 41              to that entry of prelude history
  prelude rollback devnet 3f786850        to that commit
  prelude rollback devnet --release       follow the branch again

Automation stays on: the controller heals and prunes at the pinned revision
until a newer commit than the bad one comes, and follows the branch again then.
Values of Secrets are not rolled back: they are the provider's present ones.

Exit codes: 0 asked for, 1 refused, 2 bad usage.`;

/** `prelude rollback`. */
export function rollbackCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return addClusterOptions(new Command('rollback'))
    .description('Go back to an earlier revision, with automation left on, until a newer commit comes.')
    .argument('<name>', 'the Application, NAME or NAMESPACE/NAME')
    .argument('[revision]', 'an id or a revision of prelude history, or any commit by all its digits')
    .option('--release', 'follow the branch again')
    .addHelpText('after', help)
    .action(async (name: string, revision: string | undefined, flags: Flags) => {
      if (flags.release === true && revision !== undefined) throw new UsageError('--release goes to no revision but to what the branch stands for; leave one out');
      const application = parseApplicationName(name);
      const { rollback } = await import('./rollback.ts');
      done(await rollback({ cluster: clusterOf(flags), application, release: flags.release === true, output: flags.output, ...(revision === undefined ? {} : { to: revision }) }, io, signal));
    });
}
