import { quote } from '../format/quote.ts';
import { FunctionError } from '../template-error.ts';
import { fromRune } from '../value/byte-string.ts';

/** A text that is not JSON. Which character is wrong is left out of the message: it comes from the text. @param offset in bytes */
export function jsonSyntaxError(text: string, offset: number, place: string): FunctionError {
  if (place === '') return new FunctionError('unexpected end of JSON input');
  // at the end Go looks for what a space would be
  const code = offset < text.length ? text.charCodeAt(offset) : 0x20;
  return new FunctionError(`invalid JSON at byte ${offset + 1}: invalid character ${place}`, `invalid character ${quoteByte(code)} ${place}`);
}

/** A byte as Go quotes it: as if it were a code point. */
function quoteByte(code: number): string {
  if (code === 0x27) return String.raw`'\''`;
  if (code === 0x22) return `'"'`;
  return `'${quote(fromRune(code)).slice(1, -1)}'`;
}
