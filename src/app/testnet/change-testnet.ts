import { fieldsOf, listOf, textOf } from '../../gitops/plan/needs/field.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { editYaml } from '../../lib/yaml-edit.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import { unifiedDiff } from '../../lib/unified-diff.ts';
import { versionChanges } from './chart-versions.ts';
import { openOwnRepository, type OwnRepository } from './own-repository.ts';
import { promoteImages } from './promote-images.ts';
import { parseWantedImage, setImage } from './set-image.ts';
import { TestnetError } from './testnet-error.ts';

/** Where testnets lie, and what becomes of a change. */
export interface ChangeOptions {
  /** A folder in the repository. */
  readonly path: string;
  /** The folder of testnets, one folder each, from `path`. */
  readonly testnets: string;
  /** The new branch; absent: named after the change. */
  readonly branch?: string;
  /** Commit nothing. */
  readonly dryRun: boolean;
  /** Where the branch is pushed to; absent: nowhere. */
  readonly push?: string;
}

/** What a change came to. */
export interface TestnetChange {
  /** In sentences; empty where there was nothing to do. */
  readonly changes: readonly string[];
  readonly notes: readonly string[];
  /** Unified diffs of all files. */
  readonly diff: string;
  /** Absent where nothing was committed. */
  readonly commit?: { readonly id: string; readonly branch: string; readonly pushedTo?: string };
}

interface Proposal {
  readonly title: string;
  readonly branch: string;
  /** By path: before and after. */
  readonly files: ReadonlyMap<string, readonly [string, string]>;
  readonly changes: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Copies image tags and chart versions from one testnet to another, as the commit that is checked out has them.
 * @throws TestnetError
 */
export async function promoteTestnet(from: string, to: string, options: ChangeOptions, signal: AbortSignal): Promise<TestnetChange> {
  if (from === to) throw new TestnetError(`${from} and ${to} are one testnet; name two`);
  const repository = await openOwnRepository(options.path, signal);
  const read = reader(repository, options, signal);
  const [theirs, ours] = [await read(from, 'values.yaml'), await read(to, 'values.yaml')];
  const images = edited(ours.path, () => promoteImages(theirs.text, ours.text));
  const [application, other] = [await read(to, 'application.yaml'), await read(from, 'application.yaml')];
  const versions = edited(application.path, () => versionChanges(other.text, application.text));
  const files = new Map<string, readonly [string, string]>([
    [ours.path, [ours.text, images.text]],
    [application.path, [application.text, edited(application.path, () => (versions.length === 0 ? application.text : editYaml(application.text, versions.map(({ edit }) => edit))))]],
  ]);
  const changes = [...images.changes, ...versions.map(({ name, before, after }) => `chart ${name}: ${before} -> ${after}`)];
  return settle(repository, { title: `Promote ${from} to ${to}`, branch: `promote-${from}-to-${to}`, files, changes, notes: images.notes }, options, signal);
}

/** Sets one image of a testnet. @param wanted `NAME=IMAGE:TAG` @throws TestnetError */
export async function setTestnetImage(testnet: string, wanted: string, options: ChangeOptions, signal: AbortSignal): Promise<TestnetChange> {
  const image = parseWantedImage(wanted);
  const repository = await openOwnRepository(options.path, signal);
  const read = reader(repository, options, signal);
  const values = await read(testnet, 'values.yaml');
  const chart = chartFolder((await read(testnet, 'application.yaml')).text);
  const defaults = chart === undefined ? undefined : await repository.read(`${chart}/values.yaml`, signal);
  const { text, changes, notes } = edited(values.path, () => setImage(values.text, defaults, image));
  const branch = `set-${testnet}-${image.name}-${image.tag}`.replaceAll(/[^A-Za-z0-9-]+/g, '-');
  return settle(repository, { title: `Set image ${image.name} of ${testnet} to ${image.tag}`, branch, files: new Map([[values.path, [values.text, text]]]), changes, notes }, options, signal);
}

interface TestnetFile {
  readonly path: string;
  readonly text: string;
}

function reader(repository: OwnRepository, { testnets }: ChangeOptions, signal: AbortSignal): (testnet: string, file: string) => Promise<TestnetFile> {
  return async (testnet, file) => {
    if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(testnet)) throw new TestnetError(`${testnet} cannot be the name of a testnet: lower-case letters, digits and -`);
    const path = `${testnets === '' || testnets === '.' ? '' : `${testnets.replace(/\/$/, '')}/`}${testnet}/${file}`;
    const text = await repository.read(path, signal);
    if (text === undefined) throw new TestnetError(`the commit that is checked out has no ${path}; commit it, or say with --testnets where testnets lie`);
    return { path, text };
  };
}

/** The chart of the same repository, where the Application names one there. */
function chartFolder(application: string): string | undefined {
  const sources = parseYaml(application).flatMap(({ value }) => {
    const { source, sources: many } = fieldsOf(fieldsOf(value)['spec']);
    return [source, ...listOf(many)].map(fieldsOf);
  });
  return sources.flatMap(({ path, helm }) => (helm === undefined ? [] : (textOf(path) ?? []))).at(0);
}

/** Says which file it is that cannot be edited. */
function edited<T>(path: string, edit: () => T): T {
  try {
    return edit();
  } catch (error) {
    throw error instanceof YamlError ? new TestnetError(`${path}:${error.line}: ${error.problem}`) : error;
  }
}

async function settle(repository: OwnRepository, { title, branch, files, changes, notes }: Proposal, options: ChangeOptions, signal: AbortSignal): Promise<TestnetChange> {
  const changed = new Map([...files].filter(([, [before, after]]) => before !== after));
  const diff = [...changed].map(([path, [before, after]]) => `--- a/${repository.prefix}${path}\n+++ b/${repository.prefix}${path}\n${unifiedDiff(before, after)}`).join('');
  if (changed.size === 0 || options.dryRun) return { changes, notes, diff };
  const name = options.branch ?? branch;
  const message = `${title}\n\n${changes.map((change) => `- ${change}\n`).join('')}`;
  const id = await repository.commit({ branch: name, message, files: new Map([...changed].map(([path, [, after]]) => [path, after])) }, signal);
  if (options.push !== undefined) await repository.push(options.push, name, signal);
  return { changes, notes, diff, commit: { id, branch: name, ...(options.push === undefined ? {} : { pushedTo: options.push }) } };
}
