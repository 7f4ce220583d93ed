import type { DirectoryOptions } from '../../api/application-source.ts';
import { compileGlob } from '../../lib/glob.ts';
import type { LeftOut, SourceFile } from '../source/source-tree.ts';

/** Which files of a folder are manifests of its Application, and why the others are not. */
export interface DirectoryFiles {
  readonly taken: readonly SourceFile[];
  /** YAML and JSON files in folders below, while `directory.recurse` is off. */
  readonly below: readonly SourceFile[];
  /** Jsonnet files that would be taken. */
  readonly jsonnet: readonly SourceFile[];
  /** Fields of `spec.source.directory` that are not a glob. */
  readonly malformed: readonly ('include' | 'exclude')[];
}

/** Names of manifests, as Argo CD's directory sources take them. */
export function isManifestName(path: string): boolean {
  return /\.(yaml|yml|json)$/.test(path);
}

/**
 * Sorts the files at or below `path` as Argo CD does: `exclude` and `include` see the path below the folder.
 * @param files sorted, all at or below `path`
 */
export function selectDirectoryFiles(files: readonly SourceFile[], path: string, { recurse, include, exclude }: DirectoryOptions): DirectoryFiles {
  const included = include === '' ? () => true : compileGlob(include);
  const excluded = exclude === '' ? () => false : compileGlob(exclude);
  const malformed = [...(included === undefined ? (['include'] as const) : []), ...(excluded === undefined ? (['exclude'] as const) : [])];
  const taken: SourceFile[] = [];
  const below: SourceFile[] = [];
  const jsonnet: SourceFile[] = [];
  for (const file of files) {
    const relative = path === '' ? file.path : file.path.slice(path.length + 1);
    const wanted = included?.(relative) === true && excluded?.(relative) === false;
    if (!wanted) continue;
    const inReach = recurse || !relative.includes('/');
    if (inReach && relative.endsWith('.jsonnet')) jsonnet.push(file);
    if (!isManifestName(relative)) continue;
    if (inReach) taken.push(file);
    else below.push(file);
  }
  return { taken, below, jsonnet, malformed };
}

/**
 * The links and submodules that stand where manifests are read: links with a manifest's name, and, where folders below are read, what
 * stands for a folder. `include` cannot tell what is in such a folder; `exclude` may name it (`sub`, `sub/*`).
 * @param leftOut all at or below `path`
 */
export function selectLeftOut(leftOut: readonly LeftOut[], path: string, { recurse, include, exclude }: DirectoryOptions): readonly LeftOut[] {
  const included = include === '' ? () => true : compileGlob(include);
  const excluded = exclude === '' ? () => false : compileGlob(exclude);
  // what is not a glob is an error of its own
  if (included === undefined || excluded === undefined) return [];
  return leftOut.filter((entry) => {
    const relative = path === '' ? entry.path : entry.path.slice(path.length + 1);
    if (excluded(relative) || (!recurse && relative.includes('/'))) return false;
    if (entry.kind !== 'submodule' && isManifestName(relative)) return included(relative);
    return entry.kind !== 'link' && recurse && !excluded(`${relative}/`);
  });
}
