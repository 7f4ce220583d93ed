import { maskObject } from '../gitops/plan/mask-object.ts';
import type { RenderedObject } from '../gitops/plan/plan.ts';
import { isRefused, type RepositoryPlan } from '../gitops/plan/planned-application.ts';
import { isSourceError } from '../gitops/source/source-error.ts';
import { printYaml } from '../lib/yaml-print.ts';
import type { ExitCode, Io } from './io.ts';
import { allProblems, problemLine } from './problem-lines.ts';
import { readRepository, type RepositoryOptions } from './read-repository.ts';
import { styleFor } from './style.ts';

export interface RenderOptions extends RepositoryOptions {
  readonly output: 'yaml' | 'json';
}

/**
 * `prelude render PATH`: every object of every Application, in the order in which it would be written, in its namespace; values of
 * Secrets are masked. Problems go to stderr.
 * @returns 1 where `plan` would
 */
export async function render(options: RenderOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  try {
    const planned = await readRepository(options, signal);
    io.out.write(options.output === 'yaml' ? yaml(objectsOf(planned)) : json(objectsOf(planned)));
    const style = styleFor(io);
    for (const problem of allProblems(planned)) io.err.write(problemLine(problem, style));
    return isRefused(planned) ? 1 : 0;
  } catch (error) {
    if (!isSourceError(error)) throw error;
    io.err.write(`prelude: ${error.message}\n`);
    return 1;
  }
}

function objectsOf({ applications }: RepositoryPlan): readonly RenderedObject[] {
  return applications.flatMap((one) => (one.kind === 'planned' ? one.plan.phases.flatMap(({ objects }) => objects) : []));
}

function yaml(objects: readonly RenderedObject[]): string {
  return objects.map((rendered) => `---\n# ${printable(rendered.origin.file)}:${rendered.origin.line}\n${printYaml(maskObject(rendered))}`).join('');
}

/** A file name may hold a line feed, which would end the comment. */
function printable(file: string): string {
  return /^[\x20-\x7e]*$/.test(file) ? file : JSON.stringify(file);
}

function json(objects: readonly RenderedObject[]): string {
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects.map(maskObject) }, null, 2)}\n`;
}
