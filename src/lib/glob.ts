import { RE2JS } from 're2js';

/** Whether a path matches a compiled glob. */
export type Glob = (path: string) => boolean;

/** The longest glob that is compiled; nobody writes a longer one. */
const longest = 1024;

/**
 * Compiles a glob as Argo CD reads one (gobwas/glob without separators): `*` and `**` stand for any characters, slashes too, `?` for
 * one, `[a-c]` and `[!a-c]` for one of a set, `{a,b*}` for one of several patterns, `\` takes the next character as it is.
 * Matching takes time linear in the path, whatever the glob.
 * @param separator `/`: only `**` crosses slashes, as in the globs of charts
 * @returns undefined where it is malformed
 */
export function compileGlob(glob: string, separator?: '/'): Glob | undefined {
  const source = glob.length > longest ? undefined : toRegex(glob, separator === undefined ? '.' : '[^/]');
  if (source === undefined) return undefined;
  try {
    const regex = RE2JS.compile(source, RE2JS.DOTALL);
    return (path) => regex.matches(path);
  } catch {
    // the compiler's message would quote the glob
    return undefined;
  }
}

/** @param any what `?` stands for, and `*` for any number of */
function toRegex(glob: string, any: string): string | undefined {
  let regex = '';
  let open = 0;
  for (let i = 0; i < glob.length; i += 1) {
    const char = glob[i] ?? '';
    if (char === '\\') {
      if (i + 1 === glob.length) return undefined;
      i += 1;
      regex += literal(glob[i] ?? '');
    } else if (char === '[') {
      const set = /^\[(!?)([^\]]+)\]/.exec(glob.slice(i));
      if (set === null) return undefined;
      regex += `[${set[1] === '' ? '' : '^'}${(set[2] ?? '').replaceAll(/[\\^[\]&]/g, '\\$&')}]`;
      i += set[0].length - 1;
    } else if (char === '{') {
      open += 1;
      regex += '(?:';
    } else if (char === '}' && open > 0) {
      open -= 1;
      regex += ')';
    } else if (char === ',' && open > 0) regex += '|';
    else if (char === '*' && glob[i + 1] === '*') {
      regex += '.*';
      i += 1;
    } else if (char === '*') regex += `${any}*`;
    else if (char === '?') regex += any;
    else regex += literal(char);
  }
  return open === 0 ? regex : undefined;
}

function literal(char: string): string {
  return RE2JS.quote(char);
}
