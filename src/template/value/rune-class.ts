/**
 * What Go's package unicode says of a rune. Go knows Unicode 15; the engine's own tables are younger, so what came after is taken out
 * again, and the one character whose category has changed since is put back.
 */

/** Letters, digits, punctuation and cased characters that Unicode 15 does not have: ranges in hexadecimal, ends included. */
const younger = parseRanges(`
  88f c5c cdc 1b4e-1b4f 1b7f 1c89-1c8a a7cb-a7cf a7d2 a7d4 a7da-a7dc a7f1 105c0-105f3 10940-10959 10d40-10d65 10d6e-10d85 10ec2-10ec7
  10ed0 11380-11389 1138b 1138e 11390-113b5 113b7 113d1 113d3-113d5 113d7-113d8 116d0-116e3 11bc0-11be1 11bf0-11bf9 11db0-11ddb
  11de0-11de9 13460-143fa 16100-1611d 16130-16139 16d40-16d79 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6 187f8-187ff 18cff 18d09-18d1e
  18d80-18df2 1ccf0-1ccf9 1e5d0-1e5ed 1e5f0-1e5fa 1e5ff 1e6c0-1e6de 1e6e0-1e6e2 1e6e4-1e6e5 1e6e7-1e6ed 1e6f0-1e6f4 1e6fe-1e6ff
  2b73a-2b73f 2cea2-2cead 2ebf0-2ee5d 323b0-33479`);

/** LATIN LETTER PHARYNGEAL VOICED FRICATIVE: lower case in Unicode 15, without case now. */
const pharyngeal = 0x295;

/** Whether a rune has its letters, digits or case from a later Unicode than Go's. */
export function isYounger(rune: number): boolean {
  if (rune < 0x88f) return false;
  return younger.some(([first, last]) => rune >= first && rune <= last);
}

export function isUpper(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x41 && rune <= 0x5a : matches(/^\p{Lu}$/u, rune);
}

export function isLower(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x61 && rune <= 0x7a : rune === pharyngeal || matches(/^\p{Ll}$/u, rune);
}

/** Title case: the few digraphs that have a form of their own for it. */
export function isTitle(rune: number): boolean {
  return rune >= 0x80 && matches(/^\p{Lt}$/u, rune);
}

export function isLetter(rune: number): boolean {
  return rune < 0x80 ? isUpper(rune) || isLower(rune) : matches(/^\p{L}$/u, rune);
}

/** Decimal digits of any script. */
export function isDigit(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x30 && rune <= 0x39 : matches(/^\p{Nd}$/u, rune);
}

/** Digits, and numbers that are not digits: fractions, Roman numerals. */
export function isNumber(rune: number): boolean {
  return rune < 0x80 ? isDigit(rune) : matches(/^\p{N}$/u, rune);
}

export function isPunct(rune: number): boolean {
  return matches(/^\p{P}$/u, rune);
}

export function isSpace(rune: number): boolean {
  return rune < 0x80 ? rune === 0x20 || (rune >= 0x09 && rune <= 0x0d) : matches(/^\p{White_Space}$/u, rune);
}

function matches(property: RegExp, rune: number): boolean {
  return property.test(String.fromCodePoint(rune)) && !isYounger(rune);
}

function parseRanges(text: string): readonly (readonly [number, number])[] {
  return text
    .trim()
    .split(/\s+/)
    .map((range) => {
      const [first = '', last = first] = range.split('-');
      return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
    });
}
