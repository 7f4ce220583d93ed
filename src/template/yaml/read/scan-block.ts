import { end, isBlank, isBreak, isBreakOrEnd, isDigit } from './characters.ts';
import type { Mark, Source } from './source.ts';

interface Header {
  /** What becomes of the line breaks at the end. */
  readonly chomping: 'strip' | 'clip' | 'keep';
  /** How much deeper than what is around it the text stands; 0 where its first line tells. */
  readonly increment: number;
}

/** Reads a block of text that begins here with `|` or `>`. @param parent the indentation around it, -1 for none. @throws GoYamlError */
export function scanBlock(source: Source, parent: number): string {
  const from = source.mark();
  const isLiteral = source.at('|');
  source.skip();
  const { chomping, increment } = readHeader(source, from);
  const block = new BlockReader(source, from, parent, increment === 0 ? 0 : Math.max(parent, 0) + increment);
  return block.read(isLiteral, chomping);
}

function readHeader(source: Source, from: Mark): Header {
  const before = readChomping(source);
  const increment = isDigit(source.peek()) ? source.peek() - 0x30 : undefined;
  if (increment === 0) throw source.error('found an indentation indicator equal to 0', from);
  if (increment !== undefined) source.skip();
  const chomping = before ?? (increment === undefined ? undefined : readChomping(source)) ?? 'clip';
  source.skipBlanks();
  source.skipComment();
  if (!isBreakOrEnd(source.peek())) throw source.error('did not find expected comment or line break', from);
  source.takeBreak();
  return { chomping, increment: increment ?? 0 };
}

function readChomping(source: Source): 'strip' | 'keep' | undefined {
  if (!source.at('+') && !source.at('-')) return undefined;
  const chomping = source.at('+') ? 'keep' : 'strip';
  source.skip();
  return chomping;
}

class BlockReader {
  readonly #source: Source;
  readonly #from: Mark;
  readonly #parent: number;
  /** Of the text; 0 until it is known. */
  #indent: number;

  constructor(source: Source, from: Mark, parent: number, indent: number) {
    this.#source = source;
    this.#from = from;
    this.#parent = parent;
    this.#indent = indent;
  }

  read(isLiteral: boolean, chomping: Header['chomping']): string {
    const source = this.#source;
    let text = '';
    let lineBreak = '';
    let wasIndented = false;
    let breaks = this.#takeBreaks();
    while (source.column === this.#indent && source.peek() !== end) {
      // lines that are indented further are not folded, nor is what is before and after them
      const isIndented = isBlank(source.peek());
      const isFolded = !isLiteral && lineBreak === '\n' && !wasIndented && !isIndented;
      text += isFolded ? (breaks === '' ? ' ' : breaks) : lineBreak + breaks;
      wasIndented = isIndented;
      text += source.takeWhile((char) => !isBreakOrEnd(char));
      lineBreak = source.takeBreak();
      breaks = this.#takeBreaks();
    }
    return text + (chomping === 'strip' ? '' : lineBreak) + (chomping === 'keep' ? breaks : '');
  }

  /** Passes over indentation and empty lines, and finds the indentation out if need be. */
  #takeBreaks(): string {
    const source = this.#source;
    let breaks = '';
    let deepest = 0;
    for (;;) {
      while (this.#isInIndent() && source.at(' ')) source.skip();
      deepest = Math.max(deepest, source.column);
      if (this.#isInIndent() && source.at('\t')) throw source.error('found a tab character where an indentation space is expected', this.#from);
      if (!isBreak(source.peek())) break;
      breaks += source.takeBreak();
    }
    if (this.#indent === 0) this.#indent = Math.max(deepest, this.#parent + 1, 1);
    return breaks;
  }

  #isInIndent(): boolean {
    return this.#indent === 0 || this.#source.column < this.#indent;
  }
}
