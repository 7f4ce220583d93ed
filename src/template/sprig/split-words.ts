import { runeAt, runeError } from '../value/byte-string.ts';
import { isLetter, isNumber, isPunct, isSpace, isUpper } from '../value/rune-class.ts';

/** Numbers, capitals (with the small letters that follow), small letters, what parts words, punctuation, anything else, bytes that are no text. */
export type WordKind = 'number' | 'upper' | 'small' | 'connector' | 'punctuation' | 'other' | 'none';

export interface Word {
  readonly kind: WordKind;
  /** Where it starts and ends, in bytes. */
  readonly start: number;
  readonly end: number;
}

/** Hyphens, underscores and spaces: what stands between words. */
export function isConnector(rune: number): boolean {
  return rune === 0x2d || rune === 0x5f || isSpace(rune);
}

/** A letter of a script that writes words; Chinese characters are none. */
function isAlphabetic(rune: number): boolean {
  const isCommon = rune >= 0x4e00 && rune <= 0x9fcc;
  const isRare = (rune >= 0x3400 && rune <= 0x4d85) || (rune >= 0x20000 && rune <= 0x2b81d);
  return isLetter(rune) && !isCommon && !isRare;
}

function isSmall(rune: number): boolean {
  return isAlphabetic(rune) && !isUpper(rune);
}

function isOther(rune: number): boolean {
  return !isConnector(rune) && !isAlphabetic(rune) && !isNumber(rune) && !isPunct(rune);
}

/** The words of an identifier or a text, each of one kind of characters; they cover all of it. */
export function* splitWords(text: string): Generator<Word> {
  for (let start = 0; start < text.length; ) {
    const word = readWord(text, start);
    yield word;
    start = word.end;
  }
}

function readWord(text: string, start: number): Word {
  const first = validRune(text, start, runeError);
  const { rune } = first;
  const run = (kind: WordKind, belongs: (rune: number) => boolean): Word => ({ kind, start, end: endOfRun(text, first, belongs).end });
  if (rune === runeError) return { kind: 'none', start, end: first.end };
  if (isConnector(rune)) return run('connector', isConnector);
  if (isPunct(rune)) return run('punctuation', isPunct);
  if (isUpper(rune)) return { kind: 'upper', start, end: endOfUpper(text, first) };
  if (isAlphabetic(rune)) return run('small', isSmall);
  return isNumber(rune) ? run('number', isNumber) : run('other', isOther);
}

/** Several capitals are a word, save the last if a small letter follows it (`HTTPStatus`); one takes its small letters along. */
function endOfUpper(text: string, first: Found): number {
  if (first.end === text.length) return first.end;
  const second = validRune(text, first.end, first.rune);
  if (!isUpper(second.rune)) return endOfRun(text, first, isSmall).end;
  const run = endOfRun(text, second, isUpper);
  return run.end < text.length && isAlphabetic(run.next) ? run.end - run.lastSize : run.end;
}

interface Found {
  readonly rune: number;
  readonly end: number;
  /** Bytes from where the search began, so with the invalid ones before the rune. */
  readonly size: number;
}

/** The next rune that is valid, past bytes that are not; at the end of the text the rune before counts again. */
function validRune(text: string, start: number, before: number): Found {
  let end = start;
  while (end < text.length) {
    const { rune, size } = runeAt(text, end);
    end += size;
    if (rune !== runeError) return { rune, end, size: end - start };
  }
  return { rune: before, end, size: end - start };
}

function endOfRun(text: string, first: Found, belongs: (rune: number) => boolean): { end: number; lastSize: number; next: number } {
  let last = first;
  while (last.end < text.length) {
    const found = validRune(text, last.end, last.rune);
    if (!belongs(found.rune)) return { end: last.end, lastSize: last.size, next: found.rune };
    last = found;
  }
  return { end: last.end, lastSize: last.size, next: runeError };
}
