import type { PathItem } from '../../api/application-set-spec.ts';
import { formatPath } from '../../api/schema.ts';
import { compileGlob } from '../../lib/glob.ts';
import { ChartError } from '../render/helm/load/chart-error.ts';
import { PathPattern } from '../render/helm/load/path-pattern.ts';
import { GenerationError } from './generation-error.ts';

type Matches = (path: string) => boolean;

/**
 * Whether paths are meant: by a pattern that includes, and by none that excludes, in whatever order they stand. Folders are matched as Go's
 * path.Match does, so that `*` crosses no slash; files as Git's pathspecs are, so that it does, and a folder means all files below it.
 * @param at where the items stand in the ApplicationSet
 * @throws GenerationError `parameters` for a pattern that is malformed
 */
export function compilePathItems(items: readonly PathItem[], kind: 'folder' | 'file', at: readonly (string | number)[]): Matches {
  const compile = kind === 'folder' ? folderPattern : filePattern;
  const patterns = items.map(({ path, exclude }, index) => {
    const matches = compile(path);
    if (matches === undefined) throw new GenerationError('parameters', formatPath([...at, index, 'path']), 'is not a pattern of paths');
    return { matches, exclude };
  });
  return (path) => patterns.some(({ matches, exclude }) => !exclude && matches(path)) && !patterns.some(({ matches, exclude }) => exclude && matches(path));
}

function folderPattern(text: string): Matches | undefined {
  try {
    const pattern = new PathPattern(text);
    return (path) => pattern.matches(path);
  } catch (error) {
    if (error instanceof ChartError) return undefined;
    throw error;
  }
}

/** Git's wildcards know no braces, and `[^a]` as well as `[!a]`; what begins with a colon is its magic, which is not taken. */
function filePattern(text: string): Matches | undefined {
  if (text.startsWith(':') || text.startsWith('/') || text.includes('[:')) return undefined;
  const glob = compileGlob(text.replaceAll(/\\.|\{|\[\^/gs, (part) => (part === '{' ? String.raw`\{` : part === '[^' ? '[!' : part)));
  if (glob === undefined) return undefined;
  const folder = text.endsWith('/') ? text : `${text}/`;
  return (path) => glob(path) || path.startsWith(folder);
}
