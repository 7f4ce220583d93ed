import type { FunctionMap } from '../value/go-function.ts';
import { meteredFunction, text } from '../value/go-function.ts';
import { fromRune, isAscii, runes } from '../value/byte-string.ts';
import { toLowerRune, toTitleRune, toUpperRune } from '../value/rune-case.ts';
import { isDigit, isLetter, isLower, isSpace, isTitle, isUpper } from '../value/rune-class.ts';
import { TextBuilder } from '../value/text-builder.ts';
import type { CallContext } from '../value/value.ts';

/** Functions that change the case of letters and leave the rest alone. */
export const letterCase: FunctionMap = new Map([
  ['upper', meteredFunction([text], text, upper)],
  ['lower', meteredFunction([text], text, lower)],
  ['title', perRune(title)],
  ['untitle', perRune(untitle)],
  ['swapcase', perRune(swapCase)],
]);

/** Go's strings.ToUpper. */
function upper(context: CallContext, value: string): string {
  return isAscii(value) ? value.toUpperCase() : mapRunes(context, value, toUpperRune);
}

/** Go's strings.ToLower. */
function lower(context: CallContext, value: string): string {
  return isAscii(value) ? value.toLowerCase() : mapRunes(context, value, toLowerRune);
}

/** Replaces every rune by another; bytes that are not UTF-8 become U+FFFD. */
function mapRunes(context: CallContext, value: string, map: (rune: number) => number): string {
  context.meter.step(value.length / 10);
  // an invalid byte becomes three
  context.meter.allocate(value.length * 3);
  const out = new TextBuilder();
  for (const { rune } of runes(value)) out.add(fromRune(map(rune)));
  return out.text();
}

/** A function that maps rune by rune, and may remember what it saw before. */
function perRune(begin: () => (rune: number) => number) {
  return meteredFunction([text], text, (context, value) => mapRunes(context, value, begin()));
}

/** The first letter of every word to title case; a word ends at what is neither letter, digit nor underscore, ASCII or a space. */
function title(): (rune: number) => number {
  let before = 0x20;
  return (rune) => {
    const begins = separates(before);
    before = rune;
    return begins ? toTitleRune(rune) : rune;
  };
}

function separates(rune: number): boolean {
  if (rune < 0x80) return !(isLetter(rune) || isDigit(rune) || rune === 0x5f);
  return !isLetter(rune) && !isDigit(rune) && isSpace(rune);
}

/** The first letter of every word to lower case; words are what spaces part. */
function untitle(): (rune: number) => number {
  let begins = true;
  return (rune) => {
    const first = begins;
    begins = isSpace(rune);
    return first && !begins ? toLowerRune(rune) : rune;
  };
}

/** Capitals to lower case, small letters to upper case, and to title case where they begin a word. */
function swapCase(): (rune: number) => number {
  let begins = true;
  return (rune) => {
    const first = begins;
    begins = false;
    if (isUpper(rune) || isTitle(rune)) return toLowerRune(rune);
    if (isLower(rune)) return first ? toTitleRune(rune) : toUpperRune(rune);
    begins = isSpace(rune);
    return rune;
  };
}
