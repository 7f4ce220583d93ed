import { cycleWords, encryptBlock, expandKey, initialBlowfish } from './blowfish.ts';

const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const fromStandard = new Map(Array.from(standard, (char, index) => [char, alphabet.charAt(index)]));

const plaintext = Buffer.from('OrpheanBeholderScryDoubt');
const encryptions = 64;
const roundKeys = 18;

/** Longer passwords would be cut off. */
export const longestPassword = 72;

/**
 * Hashes a password: `$2a$10$…`. Takes 2^cost rounds.
 * @param password at most 72 bytes
 * @param salt 16 bytes
 */
export function hashPassword(password: Uint8Array, salt: Uint8Array, cost: number): string {
  const cipher = initialBlowfish();
  const key = cycleWords(Buffer.concat([password, Buffer.alloc(1)]), roundKeys);
  const saltKey = cycleWords(salt, roundKeys);
  expandKey(cipher, key, cycleWords(salt, 4));
  for (let round = 0; round < 2 ** cost; round += 1) {
    expandKey(cipher, key);
    expandKey(cipher, saltKey);
  }
  const block = cycleWords(plaintext, plaintext.length / 4);
  for (let at = 0; at < block.length; at += 2) for (let count = 0; count < encryptions; count += 1) encryptBlock(cipher, block, at);
  const hash = Buffer.concat(Array.from(block, (word) => Buffer.from([word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff])));
  // the last byte has never been part of it
  return `$2a$${String(cost).padStart(2, '0')}$${encode(salt)}${encode(hash.subarray(0, -1))}`;
}

/** Base64 in an order of its own, without padding. */
function encode(bytes: Uint8Array): string {
  return Array.from(Buffer.from(bytes).toString('base64').replaceAll('=', ''), (char) => fromStandard.get(char) ?? '').join('');
}
