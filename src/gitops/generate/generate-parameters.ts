import type { ApplicationSetGenerator, ApplicationSetSpec } from '../../api/application-set-spec.ts';
import { selectorMatches } from '../../api/label-selector.ts';
import { formatPath } from '../../api/schema.ts';
import { isSourceError } from '../source/source-error.ts';
import type { SourceTree } from '../source/source-tree.ts';
import { flatParameters } from './flat-parameters.ts';
import { GenerationError } from './generation-error.ts';
import { directoryParameters, fileParameters, type GivenParameters } from './git-parameters.ts';
import { createLetterBudget, mostLetters } from './letter-budget.ts';
import { listParameters } from './list-parameters.ts';
import type { RenderText } from './render-text.ts';

/** The tree of a repository that a generator names. @throws SourceError */
export type ReadTree = (repoURL: string, revision: string, signal: AbortSignal) => Promise<SourceTree>;

export interface GenerateDeps {
  readonly readTree: ReadTree;
  readonly render: RenderText;
}

/**
 * All sets of parameters that a generator gives, and its selector lets pass.
 * @throws GenerationError; a repository that cannot be read is one, with the SourceError as its cause
 */
export async function generateParameters(generator: ApplicationSetGenerator, index: number, { goTemplate }: Pick<ApplicationSetSpec, 'goTemplate'>, deps: GenerateDeps, signal: AbortSignal): Promise<readonly GivenParameters[]> {
  const given = await givenBy(generator, ['spec', 'generators', index], goTemplate, deps, signal);
  const { selector } = generator;
  if (selector === undefined) return given;
  const spend = createLetterBudget(() => new GenerationError('parameters', formatPath(['spec', 'generators', index, 'selector']), `is compared with parameters of more than ${mostLetters} letters`));
  return given.filter(({ parameters }) => selectorMatches(selector, flatParameters(parameters, spend)));
}

async function givenBy(generator: ApplicationSetGenerator, at: readonly (string | number)[], goTemplate: boolean, { readTree, render }: GenerateDeps, signal: AbortSignal): Promise<readonly GivenParameters[]> {
  if (generator.kind === 'list') {
    return listParameters(generator.list, goTemplate, [...at, 'list']).map((parameters, index) => ({ parameters, from: formatPath([...at, 'list', 'elements', index]) }));
  }
  const input = { goTemplate, render, at: [...at, 'git'] };
  const { repoURL, revision } = generator.git;
  try {
    const tree = await readTree(repoURL, revision, signal);
    if (generator.kind === 'files') return await fileParameters(generator.git, tree, input, signal);
    return directoryParameters(generator.git, await tree.list('', signal), input);
  } catch (error) {
    if (!isSourceError(error)) throw error;
    throw new GenerationError('parameters', formatPath([...input.at, 'repoURL']), error.message, { cause: error });
  }
}
