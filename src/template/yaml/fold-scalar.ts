import type { Meter } from '../value/value.ts';
import { doubleQuotedUnits, plainUnits, singleQuotedUnits } from './quote-yaml.ts';
import type { ScalarStyle } from './scalar-style.ts';
import { widthOf } from './text-width.ts';

type InlineStyle = Exclude<ScalarStyle, 'literal'>;

interface Place {
  /** Where it begins. */
  readonly column: number;
  /** Of the lines that follow. */
  readonly indent: number;
  readonly isOneLine: boolean;
}

/** Beyond this column a line ends at the next space. */
const width = 80;

const quotes = { plain: '', single: "'", double: '"' } as const;
const unitsOf = { plain: plainUnits, single: singleQuotedUnits, double: doubleQuotedUnits } as const;

/** A string as a scalar with its quotes, long lines folded as go-yaml does. */
export function foldScalar(text: string, style: InlineStyle, place: Place, meter: Meter): string {
  const quote = quotes[style];
  const isShort = place.column + text.length <= width;
  if (style === 'plain' && (isShort || place.isOneLine || !text.includes(' '))) return text;
  meter.step(text.length / 5);
  meter.allocate(text.length * 8);
  const folder = new Folder(style, { ...place, column: place.column + quote.length }, meter);
  let previous: string | undefined;
  for (const unit of unitsOf[style](text)) {
    if (previous !== undefined) folder.add(previous, unit);
    previous = unit;
  }
  if (previous !== undefined) folder.add(previous, undefined);
  return `${quote}${folder.parts.join('')}${quote}`;
}

class Folder {
  readonly parts: string[] = [];
  readonly #style: InlineStyle;
  readonly #indent: string;
  readonly #isOneLine: boolean;
  readonly #meter: Meter;
  #column: number;
  #isAfterSpace = false;
  #isAfterBreak = false;

  constructor(style: InlineStyle, { column, indent, isOneLine }: Place, meter: Meter) {
    this.#style = style;
    this.#indent = ' '.repeat(indent);
    this.#isOneLine = isOneLine;
    this.#meter = meter;
    this.#column = column;
  }

  /** Writes one character, knowing the next. */
  add(unit: string, next: string | undefined): void {
    if (unit === ' ') return this.#addSpace(next);
    if (unit === '\u00e2\u0080\u00a8' || unit === '\u00e2\u0080\u00a9') {
      this.parts.push(unit);
      this.#column = 0;
      this.#isAfterBreak = true;
    } else {
      if (this.#isAfterBreak) this.#startLine();
      this.#isAfterBreak = false;
      this.#put(unit);
    }
    this.#isAfterSpace = false;
  }

  #addSpace(next: string | undefined): void {
    if (!this.#foldsBefore(next)) this.#put(' ');
    else {
      this.parts.push('\n');
      this.#startLine();
      // one of several spaces is kept from the reader, who drops spaces at the start of a line
      if (next === ' ') this.#put('\\');
    }
    this.#isAfterSpace = true;
  }

  #foldsBefore(next: string | undefined): boolean {
    if (this.#isOneLine || this.#isAfterSpace || this.#column <= width) return false;
    if (this.#style === 'double') return this.parts.length > 0 && next !== undefined;
    return next !== ' ' && (this.#style === 'plain' || (this.parts.length > 0 && next !== undefined));
  }

  #startLine(): void {
    this.#meter.allocate(this.#indent.length);
    this.parts.push(this.#indent);
    this.#column = this.#indent.length;
  }

  #put(text: string): void {
    this.parts.push(text);
    this.#column += widthOf(text);
  }
}
