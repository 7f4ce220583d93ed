import { ChartError } from './chart-error.ts';

type Part =
  | { readonly kind: 'text'; readonly char: string }
  /** One character but `/`. */
  | { readonly kind: 'any' }
  /** Any number of characters but `/`. */
  | { readonly kind: 'star' }
  | { readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [from: number, to: number])[] };

/** A pattern of Go's filepath.Match: `*`, `?`, `[a-z]`, `[^a-z]`, and a backslash before what is meant as it stands. It matches whole paths. */
export class PathPattern {
  readonly #parts: readonly Part[];

  /** @throws ChartError where Go finds the pattern malformed */
  constructor(pattern: string) {
    this.#parts = new PatternReader(Array.from(pattern)).read();
  }

  matches(path: string): boolean {
    const chars = Array.from(path);
    const parts = this.#parts;
    // where to go on from when what follows the last star does not fit
    let retry: { readonly part: number; char: number } | undefined;
    let part = 0;
    let char = 0;
    for (;;) {
      const next = parts[part];
      const current = chars[char];
      if (next?.kind === 'star') {
        retry = { part, char };
        part += 1;
      } else if (next === undefined ? current === undefined : current !== undefined && matchesOne(next, current)) {
        if (next === undefined) return true;
        part += 1;
        char += 1;
      } else {
        const skipped = retry === undefined ? undefined : chars[retry.char];
        // a star never crosses a slash, so no earlier star can do better
        if (retry === undefined || skipped === undefined || skipped === '/') return false;
        retry.char += 1;
        part = retry.part + 1;
        char = retry.char;
      }
    }
  }
}

function matchesOne(part: Exclude<Part, { readonly kind: 'star' }>, char: string): boolean {
  if (part.kind === 'text') return part.char === char;
  if (part.kind === 'any') return char !== '/';
  const code = char.codePointAt(0) ?? 0;
  return part.ranges.some(([from, to]) => from <= code && code <= to) !== part.isNegated;
}

class PatternReader {
  readonly #chars: readonly string[];
  #at = 0;

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  read(): readonly Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#chars.length) {
      const part = this.#part();
      if (part.kind !== 'star' || parts.at(-1)?.kind !== 'star') parts.push(part);
    }
    return parts;
  }

  #part(): Part {
    const char = this.#next();
    if (char === '*') return { kind: 'star' };
    if (char === '?') return { kind: 'any' };
    if (char === '[') return this.#class();
    return { kind: 'text', char: char === '\\' ? this.#next() : char };
  }

  #class(): Part {
    const isNegated = this.#takes('^');
    const ranges: (readonly [number, number])[] = [];
    while (ranges.length === 0 || !this.#takes(']')) {
      const from = this.#member();
      ranges.push([from, this.#takes('-') ? this.#member() : from]);
    }
    return { kind: 'class', isNegated, ranges };
  }

  #member(): number {
    const char = this.#next();
    if (char === '-' || char === ']') throw malformed();
    const code = (char === '\\' ? this.#next() : char).codePointAt(0) ?? 0;
    // Go wants the bracket that closes the class, and says so before it looks at the path
    if (this.#at === this.#chars.length) throw malformed();
    return code;
  }

  #next(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw malformed();
    this.#at += 1;
    return char;
  }

  #takes(char: string): boolean {
    if (this.#chars[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }
}

function malformed(): ChartError {
  return new ChartError('a pattern is malformed');
}
