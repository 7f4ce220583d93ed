import type { Problem } from '../plan/plan.ts';
import type { LeftOut } from '../source/source-tree.ts';

/** Errors, because the objects of what silently went missing would be pruned. */
const why: Readonly<Record<LeftOut['kind'], string>> = {
  link: 'is a symbolic link, which is not followed; commit the file itself',
  linkedFolder: 'is a symbolic link to a folder, which is not followed; commit the files themselves',
  submodule: 'is a submodule, which is not read; commit the files themselves',
};

/** What a chart or a kustomization would be rendered without. */
export function leftOutProblems(leftOut: readonly LeftOut[]): readonly Problem[] {
  return leftOut.map(({ path, kind }) => ({ severity: 'error', message: why[kind], origin: { file: path, line: 1 } }));
}
