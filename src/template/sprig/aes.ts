import { createCipheriv, createDecipheriv } from 'node:crypto';
import { FunctionError } from '../template-error.ts';
import { toBytes } from '../value/byte-string.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';
import { decodeBase64 } from './base64.ts';

const cipher = 'aes-256-cbc';
const blockSize = 16;

/** AES-256-CBC as sprig has it: the password is the key, cut off or filled with zeros, and the first block is the initial vector. */
export const aes: FunctionMap = new Map([
  ['encryptAES', meteredFunction([text, text], text, encrypt)],
  ['decryptAES', meteredFunction([text, text], text, decrypt)],
]);

function keyOf(password: string): Buffer {
  const key = Buffer.alloc(32);
  key.set(toBytes(password.slice(0, key.length)));
  return key;
}

function encrypt({ meter, random }: CallContext, password: string, plaintext: string): string {
  if (plaintext === '') return '';
  meter.allocate(plaintext.length * 3);
  const vector = random(blockSize);
  const encryption = createCipheriv(cipher, keyOf(password), vector);
  return Buffer.concat([vector, encryption.update(toBytes(plaintext)), encryption.final()]).toString('base64');
}

/** What was encrypted with another key comes out as other bytes, or as an error: there is nothing to tell by. */
function decrypt({ meter }: CallContext, password: string, ciphertext: string): string {
  if (ciphertext === '') return '';
  meter.allocate(ciphertext.length * 3);
  const decoded = decodeBase64(ciphertext);
  if (typeof decoded === 'number') throw new FunctionError('the text is not base64', `illegal base64 data at input byte ${decoded}`);
  const bytes = Buffer.from(toBytes(decoded));
  if (bytes.length < blockSize) {
    throw new FunctionError('the text is too short', `runtime error: slice bounds out of range [:${blockSize}] with capacity ${decodedCapacity(ciphertext)}`);
  }
  if (bytes.length % blockSize !== 0) throw new FunctionError('the text is not of whole blocks', 'crypto/cipher: input not full blocks');
  if (bytes.length === blockSize) throw new FunctionError('the text is too short', 'runtime error: index out of range [-1]');

  const decryption = createDecipheriv(cipher, keyOf(password), bytes.subarray(0, blockSize)).setAutoPadding(false);
  const padded = Buffer.concat([decryption.update(bytes.subarray(blockSize)), decryption.final()]);
  const length = padded.length - (padded.at(-1) ?? 0);
  if (length < 0) throw new FunctionError('the padding is wrong', `runtime error: slice bounds out of range [:${length}]`);
  return padded.subarray(0, length).toString('latin1');
}

/** Of the buffer that Go decodes into. */
function decodedCapacity(encoded: string): number {
  return Math.floor(encoded.length / 4) * 3;
}
