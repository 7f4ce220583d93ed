/** A path that gjson would take and we do not, or that nobody can. */
export class PathError extends Error {
  override readonly name = 'PathError';
}

/** `#(path op value)` of an array: the elements for which it holds. */
export interface ArrayQuery {
  /** Where in the element to look; empty: the element itself, or an object's key "". */
  readonly path: string;
  /** Absent: the element has something at `path`. */
  readonly test?: { readonly operator: QueryOperator; readonly value: string };
}

export type QueryOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '%' | '!%';

/** One step into an object. `rest` is the path after the dot, absent at the end. */
export interface ObjectStep {
  readonly key: string;
  /** Whether `key` is a pattern: `*` any characters, `?` one, a backslash before what stands for itself. */
  readonly wild: boolean;
  readonly rest?: string;
}

/** One step into an array. */
export type ArrayStep =
  | { readonly kind: 'index'; readonly index: number; readonly rest?: string }
  | { readonly kind: 'count' }
  | { readonly kind: 'each'; readonly rest: string }
  | { readonly kind: 'query'; readonly query: ArrayQuery; readonly all: boolean; readonly rest?: string }
  /** What no array has. */
  | { readonly kind: 'none' };

/** Names that gjson gives a meaning after `@`; `@` with any other name is a key. */
const modifiers = new Set('pretty ugly reverse this flatten join valid keys values tostr fromstr group dig'.split(' '));

const longestPath = 4096;

/**
 * Refuses what this subset of gjson's syntax leaves out: modifiers, pipes, multipaths, literals, JSON lines.
 * @throws PathError
 */
export function checkPath(path: string): void {
  if (path.length > longestPath) throw new PathError(`is longer than ${longestPath} characters`);
  if (path.startsWith('..')) throw new PathError('starts with "..": JSON lines are not supported');
  for (let start = 0; start <= path.length; ) start = checkStep(path, start) + 1;
}

/** Checks the step at `start` and returns where it ends: at a dot, or at the end. */
function checkStep(path: string, start: number): number {
  const first = path[start] ?? '';
  if ('{[!'.includes(first) && first !== '' && path.length > 1) {
    throw new PathError(`has a step that starts with "${first}", which is not supported; write "\\${first}" for a key`);
  }
  const modifier = /^@([^.|:]*)/.exec(path.slice(start))?.[1];
  if (modifier !== undefined && modifiers.has(modifier)) {
    throw new PathError(`uses the modifier @${modifier}; modifiers are not supported; write "\\@${modifier}" for a key`);
  }
  const end = isQuery(path, start) ? checkQuery(path, start) : start;
  return stepEnd(path, end);
}

function isQuery(path: string, start: number): boolean {
  return path[start] === '#' && (path[start + 1] === '(' || path[start + 1] === '[');
}

function checkQuery(path: string, start: number): number {
  const close = queryEnd(path, start);
  checkPath(parseQuery(path.slice(start + 2, close)).path);
  const end = path[close + 1] === '#' ? close + 2 : close + 1;
  if (end < path.length && path[end] !== '.') throw new PathError('has text between the end of a query and the next dot');
  return end;
}

/** The next dot that no backslash takes the meaning from, or the end. */
function stepEnd(path: string, start: number): number {
  let at = start;
  for (; at < path.length && path[at] !== '.'; at += 1) {
    if (path[at] === '\\') at += 1;
    else if (path[at] === '|') throw new PathError('uses "|", which is not supported; write "." instead, or "\\|" for a key');
  }
  return Math.min(at, path.length);
}

function withRest(path: string, end: number): { readonly rest?: string } {
  return end < path.length ? { rest: path.slice(end + 1) } : {};
}

/** Reads the first step of a checked path, into an object. */
export function objectStep(path: string): ObjectStep {
  const end = stepEnd(path, 0);
  const step = path.slice(0, end);
  const wild = /^(?:[^\\*?]|\\.)*[*?]/s.test(step);
  return { key: wild ? step : step.replaceAll(/\\(.?)/gs, '$1'), wild, ...withRest(path, end) };
}

/** Reads the first step of a checked path, into an array. */
export function arrayStep(path: string): ArrayStep {
  if (isQuery(path, 0)) {
    const close = queryEnd(path, 0);
    const all = path[close + 1] === '#';
    return { kind: 'query', query: parseQuery(path.slice(2, close)), all, ...withRest(path, all ? close + 2 : close + 1) };
  }
  if (path === '#') return { kind: 'count' };
  if (path.startsWith('#.')) return { kind: 'each', rest: path.slice(2) };
  const end = stepEnd(path, 0);
  const step = path.slice(0, end);
  return /^\d+$/.test(step) ? { kind: 'index', index: Number(step), ...withRest(path, end) } : { kind: 'none' };
}

/** Calls `visit` for each character of a query that stands outside strings and is not escaped. */
function scanQuery(text: string, visit: (character: string, at: number) => boolean): number {
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') at += 1;
    else if (character === '"') at = stringEnd(text, at);
    else if (visit(character, at)) return at;
  }
  return -1;
}

function stringEnd(text: string, open: number): number {
  let at = open + 1;
  for (; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
  return at;
}

/** Where the query that starts at `start` with `#(` is closed. */
function queryEnd(path: string, start: number): number {
  let depth = 0;
  const end = scanQuery(path.slice(start), (character) => {
    if (character === '(' || character === '[') depth += 1;
    if (character === ')' || character === ']') depth -= 1;
    return depth === 0 && character !== '#';
  });
  if (end < 0) throw new PathError('has a query that is not closed');
  return start + end;
}

const operators = ['!=', '!%', '<=', '>=', '==', '=', '<', '>', '%'] as const;

function parseQuery(text: string): ArrayQuery {
  let depth = 0;
  const start = scanQuery(text, (character) => {
    if (character === '(' || character === '[') depth += 1;
    if (character === ')' || character === ']') depth -= 1;
    return depth === 0 && '!=<>%'.includes(character);
  });
  if (start < 0) return { path: text.trim() };
  const operator = operators.find((name) => text.startsWith(name, start));
  if (operator === undefined) throw new PathError('has a query with "!" that is neither "!=" nor "!%"');
  const value = text.slice(start + operator.length).trim();
  return { path: text.slice(0, start).trim(), test: { operator: operator === '==' ? '=' : operator, value: unquote(value) } };
}

/** A value of a query may stand in double quotes, with JSON's escapes. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  const inner = value.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  try {
    return String(JSON.parse(value));
  } catch {
    throw new PathError('has a query with a string that is not JSON');
  }
}
