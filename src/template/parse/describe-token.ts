import { quote } from '../format/quote.ts';
import { runes } from '../value/byte-string.ts';
import type { Token } from './token.ts';
import { isKeyword } from './token.ts';

const longestQuote = 10;

/** A token as the parser's errors show it. */
export function describeToken({ kind, text }: Token): string {
  if (kind === 'eof' || kind === 'error') return text;
  if (isKeyword(kind)) return `<${text}>`;
  return text.length > longestQuote ? `${quote(firstRunes(text, longestQuote))}...` : quote(text);
}

function firstRunes(text: string, count: number): string {
  let size = 0;
  for (const rune of runes(text).take(count)) size = rune.index + rune.size;
  return text.slice(0, size);
}
