import { isRefused, type RepositoryPlan } from '../gitops/plan/planned-application.ts';
import { isSourceError } from '../gitops/source/source-error.ts';
import { printYaml } from '../lib/yaml-print.ts';
import type { ExitCode, Io } from './io.ts';
import { planDocument } from './plan-document.ts';
import { planText } from './plan-text.ts';
import { readRepository, type RepositoryOptions } from './read-repository.ts';

export type OutputFormat = 'text' | 'json' | 'yaml';

export interface PlanOptions extends RepositoryOptions {
  readonly output: OutputFormat;
}

/**
 * `prelude plan PATH`: what would be done, offline; no cluster and no provider is asked.
 * @returns 1 where anything refuses: a missing Secret or key, a broken file, an Application of another repository
 */
export async function plan(options: PlanOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  try {
    const planned = await readRepository(options, signal);
    io.out.write(print(planned, options.output, io));
    return isRefused(planned) ? 1 : 0;
  } catch (error) {
    if (!isSourceError(error)) throw error;
    io.err.write(`prelude: ${error.message}\n`);
    return 1;
  }
}

function print(planned: RepositoryPlan, output: OutputFormat, io: Io): string {
  switch (output) {
    case 'text':
      return planText(planned, io);
    case 'json':
      return `${JSON.stringify(planDocument(planned), null, 2)}\n`;
    case 'yaml':
      return printYaml(planDocument(planned));
  }
}
