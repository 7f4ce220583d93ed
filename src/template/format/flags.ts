import { isAscii, runes } from '../value/byte-string.ts';

/** What stands between the percent sign and the verb. */
export interface Flags {
  readonly width?: number | undefined;
  readonly precision?: number | undefined;
  readonly minus?: boolean;
  readonly plus?: boolean;
  readonly sharp?: boolean;
  readonly space?: boolean;
  readonly zero?: boolean;
  /** `%+v` and `%#v`: these are formats of their own, and not the plain flags. */
  readonly plusV?: boolean;
  readonly sharpV?: boolean;
}

export const noFlags: Flags = {};

/** Fills a text up to the width, which counts runes. */
export function pad(text: string, flags: Flags): string {
  const missing = (flags.width ?? 0) - (flags.width === undefined ? 0 : countRunes(text));
  if (missing <= 0) return text;
  if (flags.minus === true) return text + ' '.repeat(missing);
  return (flags.zero === true ? '0' : ' ').repeat(missing) + text;
}

/** As `pad`, but with spaces always. */
export function padWithSpaces(text: string, flags: Flags): string {
  return pad(text, flags.zero === true ? { ...flags, zero: false } : flags);
}

function countRunes(text: string): number {
  if (isAscii(text)) return text.length;
  let count = 0;
  for (const _ of runes(text)) count += 1;
  return count;
}
