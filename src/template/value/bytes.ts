import { intTypes, sliceOf } from './go-type.ts';
import type { Value } from './value.ts';
import { Int, Slice } from './value.ts';

export const bytesType = sliceOf(intTypes.uint8);

const numbers: readonly Int[] = Array.from({ length: 256 }, (_, byte) => new Int(intTypes.uint8, BigInt(byte)));

/** A `[]byte` whose numbers are made for whoever looks at them: most templates that are handed one ask for its text, or for nothing. */
export class Bytes extends Slice {
  /** A byte string. */
  readonly text: string;

  constructor(text: string) {
    super(bytesType, []);
    this.text = text;
    let items: Value[] | undefined;
    Object.defineProperty(this, 'items', { get: () => (items ??= Array.from(text, (char) => numbers[char.charCodeAt(0)])), enumerable: true });
  }
}
