/** RFC 2268's permutation of the bytes, which the digits of pi choose. */
const permutation = Buffer.from(
  [
    'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2',
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82',
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626',
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7',
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec',
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731',
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9',
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  ].join(''),
  'hex',
);

const blockSize = 8;
const shifts = [1, 2, 3, 5] as const;
/** Rounds of mixing, with a round of mashing after the fifth and the eleventh. */
const rounds = 16;

/**
 * Decrypts RC2 in CBC mode; padding stays. Old PKCS#12 files need it, and OpenSSL has it no more by default.
 * @param key its length is its effective length, too
 * @param data whole blocks
 */
export function decryptRc2(key: Uint8Array, vector: Uint8Array, data: Buffer): Buffer {
  const words = expand(key);
  const plain = Buffer.alloc(data.length);
  let previous: Uint8Array = vector;
  for (let at = 0; at < data.length; at += blockSize) {
    const block = data.subarray(at, at + blockSize);
    decryptBlock(words, block).forEach((word, index) => plain.writeUInt16LE(word, at + index * 2));
    for (let index = 0; index < blockSize; index += 1) plain[at + index] = (plain[at + index] ?? 0) ^ (previous[index] ?? 0);
    previous = block;
  }
  return plain;
}

/** The 64 words of a key. */
function expand(key: Uint8Array): Uint16Array {
  const bytes = Buffer.alloc(128);
  const size = Math.min(key.length, bytes.length);
  bytes.set(key.subarray(0, size));
  const pick = (index: number): number => permutation[index & 0xff] ?? 0;
  for (let index = size; index < bytes.length; index += 1) bytes[index] = pick((bytes[index - 1] ?? 0) + (bytes[index - size] ?? 0));
  const start = bytes.length - size;
  bytes[start] = pick(bytes[start] ?? 0);
  for (let index = start - 1; index >= 0; index -= 1) bytes[index] = pick((bytes[index + 1] ?? 0) ^ (bytes[index + size] ?? 0));
  return Uint16Array.from({ length: 64 }, (_, index) => bytes.readUInt16LE(index * 2));
}

function decryptBlock(key: Uint16Array, block: Buffer): number[] {
  const words = Array.from({ length: 4 }, (_, index) => block.readUInt16LE(index * 2));
  const word = (index: number): number => words[(index + 4) % 4] ?? 0;
  for (let round = rounds - 1; round >= 0; round -= 1) {
    for (let index = 3; index >= 0; index -= 1) {
      const shift = shifts[index] ?? 0;
      const turned = ((word(index) >>> shift) | (word(index) << (16 - shift))) & 0xffff;
      const mixed = (word(index - 1) & word(index - 2)) + (~word(index - 1) & word(index - 3));
      words[index] = (turned - (key[round * 4 + index] ?? 0) - mixed) & 0xffff;
    }
    if (round !== 5 && round !== 11) continue;
    for (let index = 3; index >= 0; index -= 1) words[index] = (word(index) - (key[word(index - 1) & 63] ?? 0)) & 0xffff;
  }
  return words;
}
