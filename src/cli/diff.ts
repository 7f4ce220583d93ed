import { diffRepository } from '../app/diff/run-diff.ts';
import type { ClusterOptions } from '../app/options.ts';
import { isRefused } from '../gitops/plan/planned-application.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import type { OutputFormat } from './cluster-options.ts';
import { diffDocument, diffText } from './diff-text.ts';
import type { ExitCode, Io } from './io.ts';
import { printDocument } from './print-document.ts';
import { allProblems, problemLine } from './problem-lines.ts';
import { readRepository, type RepositoryOptions } from './read-repository.ts';
import { styleFor } from './style.ts';
import { tellFailure } from './tell-failure.ts';

export interface DiffOptions extends RepositoryOptions {
  readonly cluster: ClusterOptions;
  readonly output: OutputFormat;
}

/**
 * `prelude plan PATH --diff`: what would be created, changed and deleted in a cluster; nothing is written.
 * @returns 1 where the plan is refused, as without --diff; differences are no failure
 */
export async function diff({ cluster, output, ...options }: DiffOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const log = createLog({ level: 'error', destination: { write: (line) => io.err.write(line) } });
  try {
    const planned = await readRepository(options, signal);
    if (isRefused(planned)) {
      for (const problem of allProblems(planned)) io.err.write(problemLine(problem, styleFor(io)));
      io.err.write('prelude: the plan is refused, so nothing would be done\n');
      return 1;
    }
    const applications = await diffRepository(cluster, planned, { clock: systemClock, log }, signal);
    io.out.write(output === 'text' ? diffText(applications, io) : printDocument(diffDocument(applications), output));
    return 0;
  } catch (error) {
    return tellFailure(error, io);
  }
}
