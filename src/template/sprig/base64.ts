const alphabet = new Set(Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (char) => char.charCodeAt(0)));
const pad = 0x3d;

/**
 * Reads RFC 4648 base64 as Go does: line ends may stand anywhere, padding must be there, the bits that are left over may be anything.
 * @returns the bytes, or the position at which Go's error says that the data are illegal
 */
export function decodeBase64(value: string): string | number {
  return illegalAt(value) ?? Buffer.from(value, 'base64').toString('latin1');
}

function illegalAt(value: string): number | undefined {
  // characters since the last full four
  let count = 0;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (alphabet.has(code)) count = (count + 1) % 4;
    else if (code === pad) return count < 2 ? index : illegalPadding(value, index + 1, count);
    else if (!isLineEnd(code)) return index;
  }
  return count === 0 ? undefined : value.length - count;
}

/** Where the padding is illegal, of which the first character is before `index`. */
function illegalPadding(value: string, index: number, count: number): number | undefined {
  let next = skipLineEnds(value, index);
  if (count === 2) {
    if (next === value.length) return next;
    // Go names the position before
    if (value.charCodeAt(next) !== pad) return next - 1;
    next = skipLineEnds(value, next + 1);
  }
  return next < value.length ? next : undefined;
}

function skipLineEnds(value: string, index: number): number {
  let next = index;
  while (isLineEnd(value.charCodeAt(next))) next += 1;
  return next;
}

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}
