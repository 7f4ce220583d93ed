import { jsonElements } from '../../src/provider/json-text.ts';
import { membersOf } from '../../src/provider/go-json.ts';

/** One step of a path: a key of an object, or a position in an array. */
export type JsonPathStep = string | number;

/** A path is not one of ours. The message says where, and does not quote it. */
export class JsonPathError extends Error {
  constructor(what: string, offset: number) {
    super(`${what} at character ${offset + 1}`);
    this.name = 'JsonPathError';
  }
}

const name = /\.([\p{L}_][\p{L}\p{Nd}_-]*)/uy;
const index = /\[\s*([0-9]{1,9})\s*\]/y;
const quoted = /\[\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\]/y;

/**
 * Parses a JSONPath that leads to one value: `$`, `$.a.b`, `$.list[0]`, `$["a key"]`. What selects several (`*`, `..`, slices, filters)
 * is refused: it is an array, and a webhook's result is an object.
 * @throws JsonPathError
 */
export function parseJsonPath(path: string): readonly JsonPathStep[] {
  if (!path.startsWith('$')) throw new JsonPathError('must begin with $', 0);
  const steps: JsonPathStep[] = [];
  for (let at = 1; at < path.length; ) {
    const found = matchAt(name, path, at) ?? matchAt(index, path, at) ?? matchAt(quoted, path, at);
    if (found === undefined) throw new JsonPathError('must lead to one value, by .name, [0] or ["name"]; there is something else', at);
    steps.push(found.step);
    at = found.end;
  }
  return steps;
}

function matchAt(pattern: RegExp, path: string, at: number): { readonly step: JsonPathStep; readonly end: number } | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(path);
  if (match === null) return undefined;
  const [, first, second] = match;
  const text = first ?? second ?? '';
  if (pattern === index) return { step: Number(text), end: pattern.lastIndex };
  return { step: pattern === quoted ? text.replaceAll(/\\(.)/g, '$1') : text, end: pattern.lastIndex };
}

/** Follows a path into a checked JSON value; undefined where it leads nowhere. Value and answer are raw JSON text. */
export function followJsonPath(raw: string, steps: readonly JsonPathStep[]): string | undefined {
  let found: string | undefined = raw;
  for (const step of steps) {
    if (found === undefined) return undefined;
    found = typeof step === 'string' ? membersOf(found).get(step) : jsonElements(found).drop(step).next().value;
  }
  return found;
}
