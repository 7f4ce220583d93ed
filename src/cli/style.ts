import { stripVTControlCharacters } from 'node:util';
import type { Io } from './io.ts';

/** Paints text for a terminal; the identity where there is none. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly red: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** Colours on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM says the terminal has none. */
export function styleFor(io: Io): Style {
  const coloured = io.isTerminal && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb';
  const paint = (open: number, close: number) => (text: string) => (coloured ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { bold: paint(1, 22), dim: paint(2, 22), green: paint(32, 39), yellow: paint(33, 39), red: paint(31, 39), cyan: paint(36, 39) };
}

/** The characters a terminal shows for `text`. */
function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

/** `text` filled with spaces to `width`. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** `text` in at most `width` characters, the end replaced by `…`. Text that carries colour is left alone where it fits. */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return `${Array.from(stripVTControlCharacters(text)).slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Rows under a header, columns as wide as their widest cell, the last column cut where the line would not fit. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], columns: number): string {
  const widths = header.map((title, index) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const last = Math.max(8, columns - before);
  return [header, ...rows]
    .map((row) => widths.map((width, index) => (index === widths.length - 1 ? fit(row[index] ?? '', last) : pad(row[index] ?? '', width))).join('  ').trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** Words in lines of at most `width` characters; a word that is longer stands alone. Every line begins with `indent`. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(indent + longer) > width) {
      lines.push(indent + line);
      line = word;
    } else line = longer;
  }
  return [...lines, indent + line].map((one) => `${one}\n`).join('');
}
