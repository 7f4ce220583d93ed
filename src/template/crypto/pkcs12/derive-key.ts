import { hash as digest, pbkdf2Sync } from 'node:crypto';
import { FunctionError } from '../../template-error.ts';
import type { Meter } from '../../value/value.ts';

/** What a derived key is for. */
export const purposes = { encryption: 1, vector: 2, integrity: 3 } as const;

/** The sizes of hashes in bytes: what they answer, and what they work on. */
const hashSizes = new Map([
  ['sha1', { output: 20, block: 64 }],
  ['sha256', { output: 32, block: 64 }],
  ['sha512', { output: 64, block: 128 }],
]);

/** The worst files in use have a few hundred thousand. */
const mostIterations = 2_000_000;

export interface Derivation {
  readonly hash: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** PKCS#12's own way from a password to a key: RFC 7292, appendix B.2. */
export function derivePkcs12Key(meter: Meter, password: Uint8Array, { hash, salt, iterations }: Derivation, purpose: number, size: number): Buffer {
  const { output, block } = hashSizes.get(hash) ?? { output: 20, block: 64 };
  const rounds = countIterations(iterations);
  const filled = Buffer.concat([fill(salt, block), fill(password, block)]);
  meter.allocate(filled.length * 2);
  meter.step(Math.ceil(size / output) * (rounds + filled.length / 10));
  const keys: Buffer[] = [];
  for (let length = 0; length < size; length += output) {
    let key = digest(hash, Buffer.concat([Buffer.alloc(block, purpose), filled]), 'buffer');
    for (let round = 1; round < rounds; round += 1) key = digest(hash, key, 'buffer');
    keys.push(key);
    addToBlocks(filled, fill(key, block).subarray(0, block));
  }
  return Buffer.concat(keys).subarray(0, size);
}

/** Over and over until whole blocks are full. */
function fill(bytes: Uint8Array, block: number): Buffer {
  return bytes.length === 0 ? Buffer.alloc(0) : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
}

/** Adds a number, and one more, to each block. */
function addToBlocks(blocks: Buffer, number: Buffer): void {
  for (let start = 0; start < blocks.length; start += number.length) {
    let carry = 1;
    for (let index = number.length - 1; index >= 0; index -= 1) {
      const sum = (blocks[start + index] ?? 0) + (number[index] ?? 0) + carry;
      blocks[start + index] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}

/** PBKDF2. */
export function derivePbkdf2Key(meter: Meter, password: Uint8Array, { hash, salt, iterations }: Derivation, size: number): Buffer {
  const rounds = countIterations(iterations);
  meter.step((rounds * Math.ceil(size / (hashSizes.get(hash)?.output ?? 20))) / 2);
  return pbkdf2Sync(password, salt, rounds, size, hash);
}

/** Files decide for themselves how much work they are. */
function countIterations(iterations: number): number {
  if (iterations > mostIterations) throw new FunctionError(`pkcs12: the file asks for more than ${mostIterations} iterations`);
  return Math.max(1, iterations);
}
