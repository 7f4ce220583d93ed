import { ChartError } from './chart-error.ts';
import { PathPattern } from './path-pattern.ts';

interface Rule {
  readonly isNegated: boolean;
  /** Written with a slash at its end: for folders only. */
  readonly isForFolders: boolean;
  /** Whether it is the path that must match, and not the last name in it. */
  readonly isForPath: boolean;
  readonly pattern: PathPattern;
}

/** Helm reads lines through a buffer of this many bytes. */
const longestLine = 65_536;

/**
 * What .helmignore leaves out of a chart. It looks like .gitignore, and is not: the first rule that speaks decides, `**` is refused, and a
 * rule with `!` leaves out all that it does *not* match.
 */
export class HelmIgnore {
  readonly #rules: readonly Rule[];

  /**
   * @param text of .helmignore; empty where the chart has none
   * @throws ChartError naming the line
   */
  constructor(text: string) {
    const lines = text.split('\n').map((line, index) => parseLine(line, index + 1));
    this.#rules = [...lines, parseRule('templates/.?*')].filter((rule) => rule !== undefined);
  }

  /** Whether a file is left out, be it that one of the folders it is in is. */
  ignores(path: string): boolean {
    const names = path.split('/');
    return names.some((_, index) => this.#decides(names.slice(0, index + 1).join('/'), index < names.length - 1));
  }

  #decides(path: string, isFolder: boolean): boolean {
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (const { isNegated, isForFolders, isForPath, pattern } of this.#rules) {
      const speaks = !isForFolders || isFolder;
      if (isNegated) {
        if (!speaks || !pattern.matches(isForPath ? path : name)) return true;
      } else if (speaks && pattern.matches(isForPath ? path : name)) {
        return true;
      }
    }
    return false;
  }
}

function parseLine(line: string, number: number): Rule | undefined {
  if (Buffer.byteLength(line) >= longestLine) throw new ChartError(`.helmignore: line ${number} is too long`);
  try {
    return parseRule(line);
  } catch (error) {
    throw error instanceof ChartError ? error.within(`.helmignore: line ${number}`) : error;
  }
}

function parseRule(line: string): Rule | undefined {
  const rule = line.trim();
  if (rule === '' || rule.startsWith('#')) return undefined;
  if (rule.includes('**')) throw new ChartError('double-star (**) is not supported');
  // as it is written, sign and slash included: a malformed rule is refused even where they would make it a good one
  const whole = new PathPattern(rule);
  const isNegated = rule.startsWith('!');
  const isForFolders = rule.endsWith('/');
  const pattern = rule.slice(isNegated ? 1 : 0, isForFolders ? -1 : undefined);
  if (pattern.startsWith('/')) return { isNegated, isForFolders, isForPath: true, pattern: new PathPattern(pattern.slice(1)) };
  return { isNegated, isForFolders, isForPath: pattern.includes('/'), pattern: pattern === rule ? whole : new PathPattern(pattern) };
}
