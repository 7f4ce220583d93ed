/** What of an object or an array a step takes. */
export type JsonPathSelector =
  | { readonly kind: 'name'; readonly name: string }
  /** A negative one counts from the end. */
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'slice'; readonly start: number | undefined; readonly end: number | undefined; readonly step: number }
  | { readonly kind: 'filter'; readonly test: JsonPathTest };

/** One step of a path. */
export interface JsonPathStep {
  /** Of what it is applied to and all that is in it: `..`. */
  readonly deep: boolean;
  readonly selectors: readonly JsonPathSelector[];
}

/** What a filter compares: a path from the element (`@`) or from the whole (`$`), or what stands there as JSON. */
export type JsonPathOperand = { readonly kind: 'path'; readonly from: '@' | '$'; readonly steps: readonly JsonPathStep[] } | { readonly kind: 'literal'; readonly value: string | number | boolean | null };

export type JsonPathTest =
  | { readonly kind: 'exists'; readonly operand: JsonPathOperand }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: JsonPathOperand; readonly right: JsonPathOperand }
  | { readonly kind: 'not'; readonly test: JsonPathTest }
  | { readonly kind: 'and' | 'or'; readonly tests: readonly JsonPathTest[] };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A path is not one of ours. The message says where, and does not quote it. */
export class JsonPathError extends Error {
  constructor(what: string, offset: number) {
    super(`${what} at character ${offset + 1}`);
    this.name = 'JsonPathError';
  }
}

/** Characters, and how deep filters may stand in one another: a template makes paths, of values that anybody may have written. */
const [longest, deepest] = [4096, 32];

const space = /\s*/uy;
const name = /\.\s*([\p{L}_][\p{L}\p{Nd}_-]*)/uy;
const nameAfterDots = /\.\.\s*([\p{L}_][\p{L}\p{Nd}_-]*)/uy;
const allNames = /\.\s*\*/uy;
const allNamesAfterDots = /\.\.\s*\*/uy;
const openAfterDots = /\.\.\s*\[/uy;
const open = /\[/uy;
const quoted = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/uy;
const slice = /(-?\d{1,9})?\s*:\s*(-?\d{1,9})?(?:\s*:\s*(-?\d{1,9})?)?/uy;
const index = /-?\d{1,9}/uy;
const literal = /(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
const comparison = /==|!=|<=|>=|<|>/uy;

/**
 * Parses a JSONPath: `$`, `$.a.b`, `$.list[0]`, `$.list[-1]`, `$["a key"]`, `$.list[*]`, `$.list[1:3]`, `$..name`, `$["a","b"]`, and filters:
 * `$.fields[?(@.name == "x" && @.kind != 1)].value`, with `==`, `!=`, `<`, `<=`, `>`, `>=`, `&&`, `||`, `!`, and what has to be there.
 * @throws JsonPathError
 */
export function parseJsonPath(path: string): readonly JsonPathStep[] {
  if (path.length > longest) throw new JsonPathError(`has more than ${longest} characters`, 0);
  const parser = new Parser(path);
  if (!parser.take('$')) throw new JsonPathError('must begin with $', 0);
  const steps = parser.steps();
  if (!parser.atEnd) throw new JsonPathError('must go on with .name, [0], ["name"], [*], [1:2], [?(…)] or ..; there is something else', parser.at);
  return steps;
}

/** Whether a path leads to one value at the most. */
export function isSingular(steps: readonly JsonPathStep[]): boolean {
  return steps.every(({ deep, selectors: [first, ...others] }) => !deep && others.length === 0 && (first?.kind === 'name' || first?.kind === 'index'));
}

class Parser {
  readonly #text: string;
  at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.at === this.#text.length;
  }

  /** Takes this word where it is next. */
  take(word: string): boolean {
    if (!this.#text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  steps(): readonly JsonPathStep[] {
    const steps: JsonPathStep[] = [];
    for (let step = this.#step(); step !== undefined; step = this.#step()) steps.push(step);
    return steps;
  }

  #step(): JsonPathStep | undefined {
    const deep = this.#match(nameAfterDots);
    const plain = deep ?? this.#match(name);
    if (plain !== undefined) return { deep: deep !== undefined, selectors: [{ kind: 'name', name: plain[1] ?? '' }] };
    if (this.#match(allNamesAfterDots) !== undefined) return { deep: true, selectors: [{ kind: 'all' }] };
    if (this.#match(allNames) !== undefined) return { deep: false, selectors: [{ kind: 'all' }] };
    if (this.#match(openAfterDots) !== undefined) return { deep: true, selectors: this.#selectors() };
    return this.#match(open) === undefined ? undefined : { deep: false, selectors: this.#selectors() };
  }

  #selectors(): readonly JsonPathSelector[] {
    const selectors = [this.#selector()];
    while (this.#next(',')) selectors.push(this.#selector());
    if (!this.#next(']')) throw new JsonPathError('must have ] there', this.at);
    return selectors;
  }

  #selector(): JsonPathSelector {
    this.#match(space);
    if (this.take('*')) return { kind: 'all' };
    if (this.take('?')) return { kind: 'filter', test: this.#within(() => this.#any()) };
    const text = this.#string();
    if (text !== undefined) return { kind: 'name', name: text };
    const part = this.#match(slice);
    if (part !== undefined) return { kind: 'slice', start: numberOf(part[1]), end: numberOf(part[2]), step: numberOf(part[3]) ?? 1 };
    const position = this.#match(index);
    if (position === undefined) throw new JsonPathError('must have a position, a name in quotes, *, a slice or a filter there', this.at);
    return { kind: 'index', index: Number(position[0]) };
  }

  #any(): JsonPathTest {
    const tests = [this.#all()];
    while (this.#next('||')) tests.push(this.#all());
    const [only, ...others] = tests;
    return only !== undefined && others.length === 0 ? only : { kind: 'or', tests };
  }

  #all(): JsonPathTest {
    const tests = [this.#one()];
    while (this.#next('&&')) tests.push(this.#one());
    const [only, ...others] = tests;
    return only !== undefined && others.length === 0 ? only : { kind: 'and', tests };
  }

  #one(): JsonPathTest {
    if (this.#next('(')) {
      const test = this.#within(() => this.#any());
      if (!this.#next(')')) throw new JsonPathError('must have ) there', this.at);
      return test;
    }
    this.#match(space);
    if (this.take('!')) return { kind: 'not', test: this.#within(() => this.#one()) };
    const left = this.#operand();
    this.#match(space);
    const word = this.#match(comparison)?.[0];
    const operator = comparisons.find((known) => known === word);
    return operator === undefined ? { kind: 'exists', operand: left } : { kind: 'compare', operator, left, right: this.#operand() };
  }

  #operand(): JsonPathOperand {
    this.#match(space);
    for (const from of ['@', '$'] as const) if (this.take(from)) return { kind: 'path', from, steps: this.#within(() => this.steps()) };
    const value = this.#string() ?? this.#literal();
    if (value === undefined) throw new JsonPathError('must have @, $, a text in quotes, a number, true, false or null there', this.at);
    return { kind: 'literal', value };
  }

  #literal(): number | boolean | null | undefined {
    const found = this.#match(literal)?.[0];
    if (found === undefined) return undefined;
    return found === 'null' ? null : found === 'true' || found === 'false' ? found === 'true' : Number(found);
  }

  #string(): string | undefined {
    const found = this.#match(quoted);
    return found === undefined ? undefined : (found[1] ?? found[2] ?? '').replaceAll(/\\(.)/gu, '$1');
  }

  #within<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest) throw new JsonPathError(`has more than ${deepest} filters in one another`, this.at);
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }

  /** Takes this word where it is next but for spaces. */
  #next(word: string): boolean {
    this.#match(space);
    return this.take(word);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }
}

const comparisons = ['==', '!=', '<=', '>=', '<', '>'] as const;

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
