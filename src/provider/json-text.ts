/** The text is not JSON. The message says where, in characters; it never quotes the text. */
export class JsonTextError extends Error {
  constructor(what: string, offset: number) {
    super(`${what} at character ${offset + 1}`);
    this.name = 'JsonTextError';
  }
}

/** A member of an object: its decoded key, and its value as it stands in the text. */
export interface JsonMember {
  readonly key: string;
  readonly raw: string;
}

/** Deeper than any configuration, and far from the end of the stack. */
const deepest = 500;

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const space = /[ \t\n\r]*/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const simpleString = /^"[^"\\]*"$/;
const literal = /true|false|null/y;

/** The end of what `pattern` matches at `at`, or -1. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function skipSpace(text: string, at: number): number {
  return matchEnd(space, text, at);
}

/**
 * Checks that `text` is one JSON value, and returns it without the space around it.
 * Unlike JSON.parse it keeps numbers, space and order as written, because the pieces go into Secrets byte for byte.
 * @throws JsonTextError
 */
export function jsonValue(text: string): string {
  const start = skipSpace(text, 0);
  const end = skipValue(text, start, 0);
  if (skipSpace(text, end) !== text.length) throw new JsonTextError('more text after the value', end);
  return text.slice(start, end);
}

/** The members of an object in their order, duplicates included; of anything else, none. */
export function* jsonMembers(raw: string): Generator<JsonMember, void, undefined> {
  if (!raw.startsWith('{')) return;
  for (let at = skipSpace(raw, 1); raw[at] === '"'; ) {
    const keyEnd = skipString(raw, at);
    const start = skipSpace(raw, skipSpace(raw, keyEnd) + 1);
    const end = skipValue(raw, start, 0);
    yield { key: decodeJsonString(raw.slice(at, keyEnd)), raw: raw.slice(start, end) };
    at = skipSpace(raw, skipSpace(raw, end) + 1);
  }
}

/** The elements of an array; of anything else, none. */
export function* jsonElements(raw: string): Generator<string, void, undefined> {
  if (!raw.startsWith('[')) return;
  for (let at = skipSpace(raw, 1); raw[at] !== ']' && at < raw.length; ) {
    const end = skipValue(raw, at, 0);
    yield raw.slice(at, end);
    at = skipSpace(raw, skipSpace(raw, end) + 1);
  }
}

/** The text that a JSON string stands for. */
export function decodeJsonString(raw: string): string {
  if (simpleString.test(raw)) return raw.slice(1, -1);
  const parsed: unknown = JSON.parse(raw.replaceAll(/\p{Cc}/gu, escapeControl));
  return String(parsed);
}

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Control characters may stand unescaped: gjson takes them, and certificates pasted into a value hold them. */
function skipString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; ) {
    const character = text[at];
    if (character === '"') return at + 1;
    const next = character === '\\' ? matchEnd(escape, text, at) : at + 1;
    if (next < 0) throw new JsonTextError('a bad escape', at);
    at = next;
  }
  throw new JsonTextError('a string that does not end', open);
}

function skipValue(text: string, at: number, depth: number): number {
  if (depth > deepest) throw new JsonTextError(`more than ${deepest} levels`, at);
  const first = text[at];
  if (first === '{') return skipObject(text, at, depth + 1);
  if (first === '[') return skipArray(text, at, depth + 1);
  if (first === '"') return skipString(text, at);
  const end = Math.max(matchEnd(number, text, at), matchEnd(literal, text, at));
  if (end < 0) throw new JsonTextError('no value', at);
  return end;
}

function skipObject(text: string, open: number, depth: number): number {
  let at = skipSpace(text, open + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') throw new JsonTextError('no key', at);
    const colon = skipSpace(text, skipString(text, at));
    if (text[colon] !== ':') throw new JsonTextError('no colon', colon);
    at = skipSpace(text, skipValue(text, skipSpace(text, colon + 1), depth));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') throw new JsonTextError('neither comma nor end of the object', at);
    at = skipSpace(text, at + 1);
  }
}

function skipArray(text: string, open: number, depth: number): number {
  let at = skipSpace(text, open + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = skipSpace(text, skipValue(text, at, depth));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') throw new JsonTextError('neither comma nor end of the array', at);
    at = skipSpace(text, at + 1);
  }
}
