import type { FunctionMap } from '../value/go-function.ts';
import { goFunction, meteredFunction, text } from '../value/go-function.ts';
import { toBytes } from '../value/byte-string.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { decodeBase64 } from './base64.ts';
import { decodeHex } from './hex.ts';

/**
 * Encodings of bytes as text, and back. Those of sprig answer with the text of the error where they cannot decode; hexdec, which later
 * versions of External Secrets add, fails.
 */
export const encoding: FunctionMap = new Map([
  ['b64enc', goFunction([text], text, (value) => Buffer.from(toBytes(value)).toString('base64'))],
  ['b64dec', goFunction([text], text, (value) => bytesOrError(decodeBase64(value), 'base64'))],
  ['b32enc', metered(encodeBase32)],
  ['b32dec', metered((value) => bytesOrError(decodeBase32(value), 'base32'))],
]);

/** What External Secrets has beside sprig's. */
export const hexDecoding: FunctionMap = new Map([['hexdec', goFunction([text], text, decodeHex)]]);

function metered(call: (value: string) => string) {
  return meteredFunction([text], text, (context, value) => {
    context.meter.step(value.length / 10);
    context.meter.allocate(value.length * 8);
    return call(value);
  });
}

function bytesOrError(decoded: string | number, format: string): string {
  return typeof decoded === 'string' ? decoded : `illegal ${format} data at input byte ${decoded}`;
}
