import { explicitTag, tags } from './der.ts';

/** One DER element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

/** The shortest form of a length is the only one that DER allows. */
function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return [0x80 | bytes.length, ...bytes];
}

export function sequence(...content: readonly Uint8Array[]): Buffer {
  return element(tags.sequence, ...content);
}

/** A `SET OF`, whose elements DER keeps in the order of their bytes. */
export function setOf(...content: readonly Buffer[]): Buffer {
  return element(tags.set, ...content.toSorted((one, other) => one.compare(other)));
}

/** An element within a tag of a context of its own: `[number] EXPLICIT`. */
export function explicit(number: number, ...content: readonly Uint8Array[]): Buffer {
  return element(explicitTag(number), ...content);
}

export function octets(content: Uint8Array): Buffer {
  return element(tags.octets, content);
}

/** Whole bytes as bits. */
export function bits(content: Uint8Array): Buffer {
  return element(tags.bits, Buffer.from([0]), content);
}

export const nothing: Buffer = element(tags.nothing);
export const yes: Buffer = element(tags.boolean, Buffer.from([0xff]));

export function integer(value: bigint | number): Buffer {
  return element(tags.integer, integerBytes(BigInt(value)));
}

/** Two's complement, in as few bytes as it takes. */
function integerBytes(value: bigint): Buffer {
  // the bits of a negative number are those of its complement; one more is the sign
  const size = Math.floor((value < 0n ? ~value : value).toString(16).length / 2) + 1;
  const bytes = Buffer.from(BigInt.asUintN(size * 8, value).toString(16).padStart(size * 2, '0'), 'hex');
  const [first = 0, second] = bytes;
  const isPadded = second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  return isPadded ? bytes.subarray(1) : bytes;
}

/** The big-endian bytes of a number that is not negative, with zeros before them up to a size. */
export function unsignedBytes(value: bigint, size = 0): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(Math.max(size * 2, hex.length + (hex.length % 2)), '0'), 'hex');
}

/** The number that some big-endian bytes are. */
export function unsignedOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** @param text in dots */
export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return element(tags.objectIdentifier, Buffer.from([first * 40 + second, ...rest].flatMap(septets)));
}

function septets(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}
