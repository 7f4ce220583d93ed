import { fractionOfPi } from './pi.ts';

const rounds = 16;
const boxSize = 256;
const boxes = 4;

/** The state of a Blowfish cipher, in signed words, which are the faster ones. */
export interface Blowfish {
  /** Of the rounds, and two more. */
  readonly keys: Int32Array;
  /** Four boxes, one after the other. */
  readonly boxes: Int32Array;
}

let pi: Int32Array | undefined;

/** A cipher before it has seen a key. */
export function initialBlowfish(): Blowfish {
  pi ??= fractionOfPi(rounds + 2 + boxes * boxSize);
  return { keys: pi.slice(0, rounds + 2), boxes: pi.slice(rounds + 2) };
}

/** Encrypts the pair of words at `block[at]` in place. */
export function encryptBlock({ keys, boxes: box }: Blowfish, block: Int32Array, at: number): void {
  let left = block[at] ?? 0;
  let right = block[at + 1] ?? 0;
  for (let round = 0; round < rounds; round += 2) {
    left ^= keys[round] ?? 0;
    right ^= mix(box, left);
    right ^= keys[round + 1] ?? 0;
    left ^= mix(box, right);
  }
  block[at] = right ^ (keys[rounds + 1] ?? 0);
  block[at + 1] = left ^ (keys[rounds] ?? 0);
}

function mix(box: Int32Array, word: number): number {
  const first = ((box[word >>> 24] ?? 0) + (box[boxSize + ((word >>> 16) & 0xff)] ?? 0)) | 0;
  return ((first ^ (box[2 * boxSize + ((word >>> 8) & 0xff)] ?? 0)) + (box[3 * boxSize + (word & 0xff)] ?? 0)) | 0;
}

const noSalt = new Int32Array(4);

/**
 * Mixes a key into a cipher, and a salt with it, if there is one: bcrypt's `ExpandKey`.
 * @param key words of the key, over and over
 * @param salt four words
 */
export function expandKey(cipher: Blowfish, key: Int32Array, salt: Int32Array = noSalt): void {
  const { keys } = cipher;
  for (let index = 0; index < keys.length; index += 1) keys[index] = (keys[index] ?? 0) ^ (key[index] ?? 0);
  const block = new Int32Array(2);
  let half = 0;
  for (const target of [keys, cipher.boxes]) {
    for (let index = 0; index < target.length; index += 2) {
      block[0] = (block[0] ?? 0) ^ (salt[half] ?? 0);
      block[1] = (block[1] ?? 0) ^ (salt[half + 1] ?? 0);
      half = 2 - half;
      encryptBlock(cipher, block, 0);
      target[index] = block[0];
      target[index + 1] = block[1];
    }
  }
}

/** Bytes as big-endian words, over and over until there are so many. */
export function cycleWords(bytes: Uint8Array, count: number): Int32Array {
  const byteAt = (index: number): number => bytes[index % bytes.length] ?? 0;
  return Int32Array.from({ length: count }, (_, word) => {
    const at = word * 4;
    return (byteAt(at) << 24) | (byteAt(at + 1) << 16) | (byteAt(at + 2) << 8) | byteAt(at + 3);
  });
}
