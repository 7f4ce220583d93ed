import { FunctionError } from '../../template-error.ts';
import { toBytes, fromRunes, toRunes } from '../../value/byte-string.ts';

/** A password in the forms that PKCS#12 knows. */
export interface Pkcs12Password {
  /** UCS-2 with a zero at the end; nothing at all in the other form of the empty password. */
  readonly wide: Uint8Array;
  readonly utf8: Uint8Array;
}

/** The empty password as some programs have it. */
export const noPassword: Pkcs12Password = { wide: Buffer.alloc(0), utf8: Buffer.alloc(0) };

/** @param password a byte string @throws FunctionError where it has characters beyond the first 65,536 */
export function pkcs12Password(password: string): Pkcs12Password {
  // what is not UTF-8 has been replaced in both
  return { wide: Buffer.concat([wideText(password), Buffer.alloc(2)]), utf8: toBytes(fromRunes(toRunes(password))) };
}

/** UCS-2, the characters of a BMPString. @throws FunctionError where it cannot be written so */
export function wideText(text: string): Buffer {
  const codes = toRunes(text);
  if (codes.some((code) => code > 0xffff)) throw new FunctionError('pkcs12: string contains characters that cannot be encoded in UCS-2');
  const bytes = Buffer.alloc(codes.length * 2);
  for (const [index, code] of codes.entries()) bytes.writeUInt16BE(code, index * 2);
  return bytes;
}
