import { Command } from 'commander';
import { parseApplicationName } from '../app/applications/application-name.ts';
import { addClusterOptions, type ClusterFlags, clusterOf, type OutputFormat } from './cluster-options.ts';
import type { Done, Io } from './io.ts';

interface Flags extends ClusterFlags {
  readonly output: OutputFormat;
}

const help = `
Example:
  prelude history devnet

The newest stands first; spec.revisionHistoryLimit of them are kept. An id or
a revision goes to prelude rollback. SECRETS counts those that a revision
waited for; -o json lists them: what makes each, its resourceVersion, and when
the barrier opened.

Exit codes: 0 shown, 1 there is no such Application, or the cluster did not
answer, 2 bad usage.`;

/** `prelude history`. */
export function historyCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return addClusterOptions(new Command('history'))
    .description('List the revisions an Application has been at: when, by whom, how long each took.')
    .argument('<name>', 'the Application, NAME or NAMESPACE/NAME')
    .addHelpText('after', help)
    .action(async (name: string, flags: Flags) => {
      const application = parseApplicationName(name);
      const { history } = await import('./history.ts');
      done(await history({ cluster: clusterOf(flags), application, output: flags.output }, io, signal));
    });
}
