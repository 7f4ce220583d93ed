import type { Problem } from '../plan/plan.ts';
import { isSourceError } from '../source/source-error.ts';
import type { SourceFile, SourceTree } from '../source/source-tree.ts';

/** Files with their content; what cannot be read is a problem. */
export interface TreeFiles {
  readonly files: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly problems: readonly Problem[];
}

/** Reads files of a tree, asked for together, so that a Git tree answers them in few batches. */
export async function readTreeFiles(tree: SourceTree, wanted: readonly SourceFile[], signal: AbortSignal): Promise<TreeFiles> {
  const problems: Problem[] = [];
  const files = await Promise.all(
    wanted.map(async (file) => {
      try {
        return [{ path: file.path, data: await tree.read(file, signal) }];
      } catch (error) {
        if (!isSourceError(error, 'tooLarge', 'absent')) throw error;
        problems.push({ severity: 'error', message: error.message, origin: { file: file.path, line: 1 } });
        return [];
      }
    }),
  );
  return { files: files.flat(), problems };
}
