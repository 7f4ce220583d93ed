import { TextBuilder } from '../value/text-builder.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** How many characters of an incomplete group of eight stand for whole bytes. */
const wholeCounts = new Set([2, 4, 5, 7]);

/** RFC 4648 base32, with padding. */
export function encodeBase32(bytes: string): string {
  const out = new TextBuilder();
  let bits = 0;
  let size = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    bits = (bits << 8) | bytes.charCodeAt(index);
    size += 8;
    while (size >= 5) {
      size -= 5;
      out.add(alphabet.charAt(bits >> size));
      bits &= (1 << size) - 1;
    }
  }
  if (size > 0) out.add(alphabet.charAt(bits << (5 - size)));
  return out.text().padEnd(Math.ceil(bytes.length / 5) * 8, '=');
}

/**
 * Reads base32 as Go does: without line ends, and careless of what follows the padding.
 * @returns the bytes, or the position, counted without the line ends, at which Go's error says that the data are illegal
 */
export function decodeBase32(encoded: string): string | number {
  const value = encoded.replaceAll(/[\r\n]/g, '');
  const out: number[] = [];
  let bits = 0;
  let size = 0;
  for (let index = 0; index < value.length; index += 1) {
    const count = index % 8;
    const rest = value.length - index - 1;
    if (value[index] === '=' && count >= 2 && rest < 8) {
      return illegalPadding(value, index) ?? Buffer.from(out).toString('latin1');
    }
    const five = alphabet.indexOf(value[index] ?? '=');
    if (five < 0) return index;
    bits = (bits << 5) | five;
    size += 5;
    if (size >= 8) {
      size -= 8;
      out.push((bits >> size) & 0xff);
      bits &= (1 << size) - 1;
    }
  }
  const open = value.length % 8;
  return open === 0 ? Buffer.from(out).toString('latin1') : value.length - open;
}

function illegalPadding(value: string, index: number): number | undefined {
  const count = index % 8;
  const rest = value.length - index - 1;
  if (rest + count < 7) return value.length;
  for (let other = 0; other < 7 - count; other += 1) if (value[index + 1 + other] !== '=') return index + other;
  return wholeCounts.has(count) ? undefined : index;
}
