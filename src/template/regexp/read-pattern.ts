import { fromText } from '../value/byte-string.ts';
import { measureClass, unicodeClassWeight } from './pattern-class.ts';
import { PatternError } from './pattern-error.ts';
import { unicodeClass } from './unicode-class.ts';

/** A pattern, and what it takes to compile it. */
export interface ReadPattern {
  /** As the engine understands it: classes of Unicode characters have its names, and groups none, because Go lets several share one. */
  readonly source: string;
  /** Numbers of the groups by their names. */
  readonly groups: ReadonlyMap<string, readonly number[]>;
  /** No fewer than the instructions that it compiles to. */
  readonly instructions: number;
  /** Ranges of characters to build. */
  readonly weight: number;
}

/** Stands in the names of classes that do not exist, so that the engine fails there: in its errors it is to be taken out. */
export const unknownMark = '\ue000';

/** What is open at one level of parentheses. */
interface Level {
  /** Instructions of what is complete. */
  size: number;
  /** Of the last operand, which a repetition multiplies. */
  last: number;
  /** How often anything in the level is repeated by counts. */
  repeats: number;
  /** How often anything in the last operand is. */
  lastRepeats: number;
}

function newLevel(): Level {
  return { size: 0, last: 0, repeats: 1, lastRepeats: 1 };
}

/** Go's own limits. */
const deepest = 1000;
const mostRepeats = 1000;
/** Far beyond every limit, and far from infinity. */
const most = 1e9;

/** Reads a pattern without compiling it, because compiling `((a{10}){10}){10}` takes far more than reading it. @throws PatternError */
export function readPattern(pattern: string): ReadPattern {
  return new PatternReader(pattern).read();
}

class PatternReader {
  readonly #pattern: string;
  readonly #folds: boolean;
  // the last of what closes names: nobody looks for what is not there, again and again
  readonly #lastAngle: number;
  readonly #lastBrace: number;
  readonly #lastName: number;
  readonly #source: string[] = [];
  readonly #groups = new Map<string, number[]>();
  readonly #outer: Level[] = [];
  #level = newLevel();
  #index = 0;
  #groupCount = 0;
  /** Up to where the pattern is in the source. */
  #copied = 0;
  #weight = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#folds = /\(\?[A-Za-z-]*i/.test(pattern);
    this.#lastAngle = pattern.lastIndexOf('>');
    this.#lastBrace = pattern.lastIndexOf('}');
    this.#lastName = pattern.lastIndexOf(':]');
  }

  read(): ReadPattern {
    while (this.#index < this.#pattern.length) this.#readOne();
    while (this.#outer.length > 0) this.#close();
    this.#source.push(this.#pattern.slice(this.#copied));
    const instructions = this.#level.size + this.#level.last + 3;
    return { source: this.#source.join(''), groups: this.#groups, instructions, weight: this.#weight };
  }

  #readOne(): void {
    switch (this.#pattern[this.#index]) {
      case '\\':
        return this.#readEscape();
      case '[':
        return this.#readClass();
      case '(':
        return this.#open();
      case '{':
        return this.#readCount();
      case ')':
        this.#index += 1;
        return this.#close();
      case '|':
        this.#index += 1;
        return this.#operand(1);
      case '*':
      case '+':
      case '?':
        this.#index += 1;
        this.#level.last += 2;
        return;
      default:
        this.#index += 1;
        this.#operand(1);
    }
  }

  #operand(size: number, repeats = 1): void {
    const level = this.#level;
    level.size = Math.min(most, level.size + level.last);
    level.last = size;
    level.repeats = Math.max(level.repeats, level.lastRepeats);
    level.lastRepeats = repeats;
  }

  #open(): void {
    const start = this.#index;
    const opening = this.#match(start < this.#lastAngle ? /\((?:\?(?:P?<[^>]*>|[A-Za-z-]*[:)]?))?/y : /\((?:\?[A-Za-z-]*[:)]?)?/y);
    // flags alone hold until the end of the group that they are in
    if (opening.endsWith(')')) return;
    if (this.#outer.length === deepest) throw new PatternError('expression nests too deeply', fromText(this.#pattern));
    this.#outer.push(this.#level);
    this.#level = newLevel();
    if (opening === '(') this.#groupCount += 1;
    else if (opening.endsWith('>')) this.#name(opening, start);
  }

  #name(opening: string, start: number): void {
    this.#groupCount += 1;
    const name = /^\(\?P?<(\w+)>$/.exec(opening)?.[1];
    // which the engine reports
    if (name === undefined) return;
    this.#groups.set(name, [...(this.#groups.get(name) ?? []), this.#groupCount]);
    this.#rewrite(start, '(');
  }

  /** Writes another text for what was read since `start`. */
  #rewrite(start: number, text: string): void {
    this.#source.push(this.#pattern.slice(this.#copied, start), text);
    this.#copied = this.#index;
  }

  #close(): void {
    const inner = this.#level;
    const outer = this.#outer.pop();
    // a parenthesis too many, which the engine reports
    if (outer === undefined) return;
    this.#level = outer;
    // of nothing at all there is an instruction, too
    this.#operand(Math.min(most, Math.max(1, inner.size + inner.last) + 2), Math.max(inner.repeats, inner.lastRepeats));
  }

  #readCount(): void {
    const found = this.#match(/\{(?:0|[1-9]\d*)(?:,(?:0|[1-9]\d*)?)?\}/y);
    if (found === '') {
      this.#index += 1;
      this.#operand(1);
      return;
    }
    const [min = '', max = min] = found.slice(1, -1).split(',');
    // without a maximum the last of them stands in a loop
    const times = Number(max === '' ? min : max);
    const level = this.#level;
    level.lastRepeats = max === '0' ? 1 : level.lastRepeats * Math.max(1, times);
    if (level.lastRepeats > mostRepeats) throw new PatternError('invalid repeat count', found);
    level.last = Math.min(most, Math.max(1, times + 1) * (level.last + 1) + 2);
  }

  #readClass(): void {
    const start = this.#index;
    const { end, weight } = measureClass(this.#pattern, start, this.#folds, this.#lastName);
    this.#weight += weight;
    for (this.#index += 1; this.#index < end; ) {
      if (this.#readUnicodeClass()) continue;
      const char = this.#pattern[this.#index];
      this.#index += char === '\\' ? 2 : 1;
      if (char === '[' && this.#isPlainBracket()) this.#rewrite(this.#index - 1, '\\[');
    }
    this.#index = end;
    this.#operand(1);
  }

  /** Whether the bracket before is none of a name like `[:alpha:]`, though the engine takes `[:]` for one. */
  #isPlainBracket(): boolean {
    return this.#pattern.startsWith(':]', this.#index) && this.#lastName <= this.#index;
  }

  #readEscape(): void {
    if (this.#readUnicodeClass()) {
      this.#weight += unicodeClassWeight;
      this.#operand(1);
      return;
    }
    const quoted = this.#pattern.startsWith('\\Q', this.#index) ? this.#match(/\\Q[^]*?(?:\\E|$)/y) : '';
    if (quoted === '') {
      this.#match(/\\(?:x\{[0-9A-Fa-f]*\}|x[0-9A-Fa-f]{2}|[0-7]{3}|[^]|$)/y);
      this.#operand(1);
      return;
    }
    this.#operand(quoted.length);
    this.#operand(1);
  }

  /** Reads `\p{name}` and the like, and writes it as the engine needs it. */
  #readUnicodeClass(): boolean {
    const start = this.#index;
    const found = this.#match(start < this.#lastBrace ? /\\[pP](?:\{\^?[^}]*\}|[^{])/uy : /\\[pP][^{]/uy);
    if (found === '') return false;
    const isLong = found[2] === '{';
    const name = isLong ? found.slice(3, -1) : found.slice(2);
    const isNegated = isLong && name.startsWith('^');
    const known = unicodeClass(isNegated ? name.slice(1) : name);
    // the engine knows names that Go does not, but none with the mark
    if (known === undefined) this.#rewrite(start, isLong ? `${found.slice(0, -1)}${unknownMark}}` : found);
    else this.#rewrite(start, `\\${found[1] ?? 'p'}{${isNegated ? '^' : ''}${known}}`);
    return true;
  }

  /** Reads what a sticky expression finds here, nothing where it finds nothing. */
  #match(expression: RegExp): string {
    expression.lastIndex = this.#index;
    const [found = ''] = expression.exec(this.#pattern) ?? [];
    this.#index += found.length;
    return found;
  }
}
