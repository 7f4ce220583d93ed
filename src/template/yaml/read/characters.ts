/** Character codes by what they look like. */
export const code = (char: string): number => char.charCodeAt(0);

/** The end of the text reads as this one, which no text holds. */
export const end = 0;

const tab = 0x09;
const space = 0x20;

export function isBreak(char: number): boolean {
  return char === 0x0a || char === 0x0d || char === 0x85 || char === 0x2028 || char === 0x2029;
}

export function isBlank(char: number): boolean {
  return char === space || char === tab;
}

export function isBreakOrEnd(char: number): boolean {
  return char === end || isBreak(char);
}

export function isBlankOrEnd(char: number): boolean {
  return isBlank(char) || isBreakOrEnd(char);
}

export function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}

/** A letter, a digit, `-` or `_`: what names are made of. */
export function isWord(char: number): boolean {
  return isDigit(char) || (char >= 0x41 && char <= 0x5a) || (char >= 0x61 && char <= 0x7a) || char === 0x2d || char === 0x5f;
}

/** The value of a hexadecimal digit, or undefined. */
export function hexValue(char: number): number | undefined {
  if (isDigit(char)) return char - 0x30;
  const lower = char | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : undefined;
}

/** Tells whether a character is one of some ASCII ones. */
export function oneOf(chars: string): (char: number) => boolean {
  const codes = new Set(chars.split('').map(code));
  return (char) => codes.has(char);
}
