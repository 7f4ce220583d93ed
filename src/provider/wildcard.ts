import { PathError } from './gjson-path.ts';

/** A second's work, or less. */
const mostSteps = 20_000_000;

/**
 * Whether a pattern covers all of `text`: `*` stands for any characters, `?` for one, and a backslash takes the
 * meaning from the next. Takes at most length times length steps: it never goes back beyond the last `*`.
 * @throws PathError where even that is too long
 */
export function matchesWildcard(text: string, pattern: string): boolean {
  const characters = Array.from(text);
  const tokens = tokenize(pattern);
  let at = 0;
  let token = 0;
  let star = -1;
  let resume = 0;
  for (let steps = 0; at < characters.length; steps += 1) {
    if (steps > mostSteps) throw new PathError('has a pattern that takes too long on this value');
    const current = tokens[token];
    if (current === many) {
      star = token;
      resume = at;
      token += 1;
    } else if (current !== undefined && (current === one || current === characters[at])) {
      at += 1;
      token += 1;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      token = star + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === many);
}

const many = Symbol('*');
const one = Symbol('?');

type Token = string | typeof many | typeof one;

function tokenize(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (!escaped && character === '\\') {
      escaped = true;
      continue;
    }
    tokens.push(escaped ? character : character === '*' ? many : character === '?' ? one : character);
    escaped = false;
  }
  return tokens;
}
