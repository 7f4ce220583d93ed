import type { Token } from './token.ts';

/** What is wrong with a template, and the line that Go gives for it. */
export class ParseFailure extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const end: Token = { kind: 'eof', text: 'EOF', pos: 0, line: 0 };

/** The tokens of one text, which the parsers of all its trees read in turn. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #index = 0;
  #furthest = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Where the reader stands; `moveTo` goes back there. */
  get index(): number {
    return this.#index;
  }

  /** The line of the token furthest on that anybody has looked at: it is the one that Go's errors name. */
  get line(): number {
    return this.#at(this.#furthest).line;
  }

  moveTo(index: number): void {
    this.#index = index;
  }

  peek(): Token {
    this.#furthest = Math.max(this.#furthest, this.#index);
    return this.#at(this.#index);
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  /** The next token that is no space; a space before it has been read then. */
  peekNonSpace(): Token {
    // spaces come as one token
    if (this.peek().kind === 'space') this.#index += 1;
    return this.peek();
  }

  nextNonSpace(): Token {
    this.peekNonSpace();
    return this.next();
  }

  #at(index: number): Token {
    return this.#tokens[index] ?? this.#tokens.at(-1) ?? end;
  }
}
