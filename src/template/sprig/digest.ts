import { hash } from 'node:crypto';
import { toBytes } from '../value/byte-string.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { goFunction, text } from '../value/go-function.ts';

/** Checksums of a string's bytes. */
export const digest: FunctionMap = new Map([
  ['sha1sum', hexDigest('sha1')],
  ['sha256sum', hexDigest('sha256')],
  ['sha512sum', hexDigest('sha512')],
  ['adler32sum', goFunction([text], text, adler32)],
]);

function hexDigest(algorithm: string) {
  return goFunction([text], text, (value) => hash(algorithm, toBytes(value), 'hex'));
}

/** RFC 1950, in decimal. */
function adler32(value: string): string {
  let sum = 1;
  let sums = 0;
  for (let index = 0; index < value.length; index += 1) {
    sum = (sum + value.charCodeAt(index)) % 65_521;
    sums = (sums + sum) % 65_521;
  }
  return String(sums * 65_536 + sum);
}
