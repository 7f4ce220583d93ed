import { code, end, hexValue, isBlank, isBlankOrEnd, isBreak } from './characters.ts';
import { FoldedText } from './folded-text.ts';
import type { Mark, Source } from './source.ts';

const controls = { 0: '\0', a: '\u0007', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\u001b' };
const others = { ' ': ' ', '"': '"', "'": "'", '\\': '\\', N: '\u0085', _: '\u00a0', L: '\u2028', P: '\u2029' };
const simpleEscapes: ReadonlyMap<number, string> = new Map(Object.entries({ ...controls, ...others }).map(([char, text]) => [code(char), text]));

/** How many hexadecimal digits follow. */
const codeEscapes: ReadonlyMap<number, number> = new Map([
  [code('x'), 2],
  [code('u'), 4],
  [code('U'), 8],
]);

/** Reads a scalar in quotes, which begins here. @throws GoYamlError */
export function scanQuoted(source: Source): string {
  const from = source.mark();
  const quote = source.peek();
  source.skip();
  const folded = new FoldedText();
  for (;;) {
    if (source.isAtBorder()) throw source.error('found unexpected document indicator', from);
    if (source.peek() === end) throw source.error('found unexpected end of stream', from);
    readWord(source, quote, folded, from);
    if (source.peek() === quote) break;
    readBlanks(source, folded);
    folded.join();
  }
  source.skip();
  return folded.text;
}

/** Reads up to a blank, a line break, or the quote at the end. */
function readWord(source: Source, quote: number, folded: FoldedText, from: Mark): void {
  const isDouble = quote === code('"');
  let start = source.index;
  const flush = (): void => {
    if (source.index > start) folded.addText(source.slice(start));
  };
  while (!isBlankOrEnd(source.peek())) {
    if (source.peek() === quote) {
      // a single quote is written as two
      if (isDouble || source.peek(1) !== quote) break;
      flush();
      folded.addText("'");
      source.skip(2);
      start = source.index;
    } else if (isDouble && source.at('\\')) {
      flush();
      if (isBreak(source.peek(1))) return skipEscapedBreak(source, folded);
      folded.addText(readEscape(source, from));
      start = source.index;
    } else source.skip();
  }
  flush();
}

function skipEscapedBreak(source: Source, folded: FoldedText): void {
  source.skip();
  source.takeBreak();
  folded.addEscapedBreak();
}

function readEscape(source: Source, from: Mark): string {
  const kind = source.peek(1);
  const simple = simpleEscapes.get(kind);
  const digits = codeEscapes.get(kind);
  if (simple === undefined && digits === undefined) throw source.error('found unknown escape character', from);
  source.skip(2);
  return simple ?? readCode(source, digits ?? 0, from);
}

function readCode(source: Source, digits: number, from: Mark): string {
  let value = 0;
  for (let offset = 0; offset < digits; offset += 1) {
    const digit = hexValue(source.peek(offset));
    if (digit === undefined) throw source.error('did not find expected hexdecimal number', from);
    value = value * 16 + digit;
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) throw source.error('found invalid Unicode character escape code', from);
  source.skip(digits);
  return String.fromCodePoint(value);
}

function readBlanks(source: Source, folded: FoldedText): void {
  for (;;) {
    if (isBlank(source.peek())) {
      folded.addBlank(String.fromCharCode(source.peek()));
      source.skip();
    } else if (isBreak(source.peek())) folded.addBreak(source.takeBreak());
    else return;
  }
}
