import { SourceError } from '../../src/gitops/source/source-error.ts';
import type { SourceTree } from '../../src/gitops/source/source-tree.ts';
import { isWithin } from '../../src/gitops/source/tree-limits.ts';
import type { Home } from '../../src/gitops/source/home.ts';

/** A repository whose files are given as texts, by path. */
export function memoryTree(files: Readonly<Record<string, string | Uint8Array>>): SourceTree {
  const contents = new Map(Object.entries(files).map(([path, text]) => [path, typeof text === 'string' ? Buffer.from(text) : text]));
  return {
    revision: 'worktree',
    list: async (path) =>
      [...contents]
        .filter(([file]) => isWithin(file, path))
        .map(([file, content]) => ({ path: file, size: content.length }))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    leftOut: async () => [],
    read: async (file) => {
      const content = contents.get(file.path);
      if (content === undefined) throw new SourceError('absent', `${file.path} is not there`);
      return content;
    },
  };
}

/** The same as the repository that a command was given. */
export function memoryHome(files: Readonly<Record<string, string | Uint8Array>>): Home {
  const tree = memoryTree(files);
  return { label: 'repository', tree, whole: tree, prefix: '', addresses: new Set(['git.example/testnets']) };
}
