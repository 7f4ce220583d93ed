import type { GoYamlError } from './go-yaml-error.ts';
import type { Mark, Source } from './source.ts';

/** Where a key may have begun: only a `:` further on tells whether it was one. */
interface SimpleKey {
  isPossible: boolean;
  /** It stands where there can be nothing but a key. */
  readonly isRequired: boolean;
  /** Of the token that it begins with. */
  readonly number: number;
  readonly mark: Mark;
}

/** Beyond that many characters nothing is a key. */
const longest = 1024;

/** The possible keys of all levels of brackets. */
export class SimpleKeys {
  readonly #source: Source;
  readonly #levels: SimpleKey[];
  /** Those that the parser must wait for, by number. */
  readonly #waiting = new Map<number, SimpleKey>();

  constructor(source: Source) {
    this.#source = source;
    this.#levels = [{ isPossible: false, isRequired: false, number: 0, mark: source.mark() }];
  }

  /** Of the innermost level. */
  get last(): SimpleKey {
    const key = this.#levels.at(-1);
    if (key === undefined) throw new TypeError('there is always a level');
    return key;
  }

  /** Whether a token of that number may still turn out to begin a key. */
  mayBegin(number: number): boolean {
    const key = this.#waiting.get(number);
    return key !== undefined && this.isValid(key);
  }

  /** A key ends on the line it begins on. @throws GoYamlError where there must be one */
  isValid(key: SimpleKey): boolean {
    if (!key.isPossible) return false;
    if (key.mark.line >= this.#source.line && key.mark.index + longest >= this.#source.index) return true;
    if (key.isRequired) throw this.#missing(key);
    key.isPossible = false;
    return false;
  }

  save(key: SimpleKey): void {
    this.drop();
    this.#levels[this.#levels.length - 1] = key;
    this.#waiting.set(key.number, key);
  }

  /** Something else stands where the key might have ended. @throws GoYamlError where there must be one */
  drop(): void {
    const { last } = this;
    if (!last.isPossible) return;
    if (last.isRequired) throw this.#missing(last);
    this.settle(last);
  }

  /** It is known now whether it was a key. */
  settle(key: SimpleKey): void {
    key.isPossible = false;
    this.#waiting.delete(key.number);
  }

  open(number: number): void {
    this.#levels.push({ isPossible: false, isRequired: false, number, mark: this.#source.mark() });
  }

  close(): void {
    if (this.#levels.length === 1) return;
    this.#waiting.delete(this.last.number);
    this.#levels.pop();
  }

  #missing(key: SimpleKey): GoYamlError {
    return this.#source.error("could not find expected ':'", key.mark);
  }
}
