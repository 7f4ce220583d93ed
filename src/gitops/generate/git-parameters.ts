import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type GitDirectoriesGenerator, type GitFilesGenerator, isPlainFields, type PlainFields, toPlainValue } from '../../api/application-set-spec.ts';
import { formatPath } from '../../api/schema.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { parseYaml } from '../../lib/yaml.ts';
import type { SourceFile, SourceTree } from '../source/source-tree.ts';
import { flatParameters } from './flat-parameters.ts';
import { GenerationError } from './generation-error.ts';
import { createLetterBudget, mostLetters } from './letter-budget.ts';
import { compilePathItems } from './path-patterns.ts';
import { pathParameters } from './path-parameters.ts';
import { renderAt } from './render-fields.ts';
import type { RenderText } from './render-text.ts';

export interface GitParametersInput {
  readonly goTemplate: boolean;
  readonly render: RenderText;
  /** Where the generator stands in the ApplicationSet: `spec.generators[0].git`. */
  readonly at: readonly (string | number)[];
}

/** One set of parameters, and the folder or file that it comes from. */
export interface GivenParameters {
  readonly parameters: PlainFields;
  readonly from: string;
}

/** Text of parameter files that one generator reads. */
const mostBytes = 8 << 20;
/** What they may hold together: an ApplicationSet means no more Applications anyway. */
const mostItems = 5_000;

/**
 * The parameters of the folders that are meant: every folder of the repository in which a file lies, at whatever depth, but for those
 * whose name, or that of a folder above, begins with a dot.
 * @throws GenerationError
 */
export function directoryParameters(generator: GitDirectoriesGenerator, files: readonly SourceFile[], { goTemplate, render, at }: GitParametersInput): readonly GivenParameters[] {
  const isMeant = compilePathItems(generator.directories, 'folder', [...at, 'directories']);
  const style = { goTemplate, pathParamPrefix: generator.pathParamPrefix };
  return foldersOf(files)
    .filter(isMeant)
    .map((folder) => ({ from: folder, parameters: withValues(pathParameters(folder, undefined, style), generator.values, { goTemplate, render, at }) }));
}

function foldersOf(files: readonly SourceFile[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    const steps = path.split('/').slice(0, -1);
    const hidden = steps.findIndex((step) => step.startsWith('.'));
    const seen = hidden < 0 ? steps : steps.slice(0, hidden);
    for (let depth = seen.length; depth > 0; depth -= 1) {
      const folder = seen.slice(0, depth).join('/');
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return [...folders].toSorted();
}

/**
 * The parameters of the files that are meant: those that they hold, and their paths. A file that holds a list gives one set for each item.
 * @throws GenerationError; SourceError where a file cannot be read
 */
export async function fileParameters(generator: GitFilesGenerator, tree: SourceTree, input: GitParametersInput, signal: AbortSignal): Promise<readonly GivenParameters[]> {
  const isMeant = compilePathItems(generator.files, 'file', [...input.at, 'files']);
  const files = (await tree.list('', signal)).filter(({ path }) => isMeant(path));
  if (files.reduce((sum, { size }) => sum + size, 0) > mostBytes) throw new GenerationError('parameters', fieldOf(input), `the files that are meant hold more than ${mostBytes} bytes`);
  const style = { goTemplate: input.goTemplate, pathParamPrefix: generator.pathParamPrefix };
  // asked for together, so that a Git tree answers in few processes
  const contents = await Promise.all(files.map(async (file) => ({ path: file.path, content: await tree.read(file, signal) })));
  const given: GivenParameters[] = [];
  let reading = '';
  const spend = createLetterBudget(() => new GenerationError('parameters', fieldOf(input), `up to ${reading} the files that are meant give parameters of more than ${mostLetters} letters`));
  for (const { path, content } of contents) {
    // a large repository is no reason to answer nobody else
    await setImmediate(undefined, { signal });
    reading = path;
    const items = parseFile(path, content, input);
    if (given.length + items.length > mostItems) throw new GenerationError('parameters', fieldOf(input), `the files that are meant hold more than ${mostItems} items`);
    const ofPath = pathParameters(posix.dirname(path), posix.basename(path), style);
    for (const [index, fields] of items.entries()) {
      const parameters = { ...(input.goTemplate ? fields : flatParameters(fields, spend)), ...ofPath };
      given.push({ from: items.length === 1 ? path : `${path}[${index}]`, parameters: withValues(parameters, generator.values, input) });
    }
  }
  return given;
}

function fieldOf({ at }: GitParametersInput): string {
  return formatPath([...at, 'files']);
}

/** A file without content is one without parameters of its own. */
function parseFile(path: string, content: Uint8Array, input: GitParametersInput): readonly PlainFields[] {
  const refuse = (message: string, cause?: unknown): GenerationError => new GenerationError('parameters', fieldOf(input), `${path}${message}`, { cause });
  try {
    const [document, second] = parseYaml(content, { depth: 50 });
    if (second !== undefined) throw refuse(`:${second.line}: holds a second document of YAML, which would not be looked at`);
    const value = document === undefined ? {} : toPlainValue(document.value);
    const items = Array.isArray(value) ? value : [value];
    if (!items.every(isPlainFields)) throw refuse(' must hold a map, or a list of maps');
    return items;
  } catch (error) {
    if (error instanceof YamlError) throw refuse(`:${error.line}: is not valid YAML: ${error.problem}`, error);
    throw error;
  }
}

/** Adds `values`, each rendered with the other parameters, but not with each other. */
function withValues(parameters: PlainFields, values: Readonly<Record<string, string>>, { goTemplate, render, at }: GitParametersInput): PlainFields {
  const rendered = Object.entries(values).map(([name, text]) => [name, renderAt(text, [...at, 'values', name], parameters, render)] as const);
  if (rendered.length === 0) return parameters;
  return goTemplate ? { ...parameters, values: Object.fromEntries(rendered) } : { ...parameters, ...Object.fromEntries(rendered.map(([name, value]) => [`values.${name}`, value])) };
}
