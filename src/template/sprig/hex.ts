import { isPrintable } from '../format/printable.ts';
import { FunctionError } from '../template-error.ts';
import { fromRune } from '../value/byte-string.ts';

/**
 * Reads hexadecimal digits, in either case.
 * @throws FunctionError where a character is no digit or one is missing
 */
export function decodeHex(value: string): string {
  const odd = /[^0-9A-Fa-f]/.exec(value);
  if (odd !== null) {
    const code = odd[0].charCodeAt(0);
    const shown = isPrintable(code) ? ` '${fromRune(code)}'` : '';
    const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}${shown}`;
    throw new FunctionError(`no hexadecimal digit at position ${odd.index}`, `encoding/hex: invalid byte: ${point}`);
  }
  if (value.length % 2 === 1) throw new FunctionError('an odd number of hexadecimal digits', 'encoding/hex: odd length hex string');
  return Buffer.from(value, 'hex').toString('latin1');
}
