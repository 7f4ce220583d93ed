import { FunctionError } from '../template-error.ts';
import { fromRunes, toRunes } from '../value/byte-string.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { int, meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';

const digits = '0123456789';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

/** Functions that answer something else each time. */
export const random: FunctionMap = new Map([
  ['randAlpha', randomText(letters)],
  ['randAlphaNum', randomText(digits + letters)],
  ['randAscii', randomText(printable)],
  ['randNumeric', randomText(digits)],
  ['randBytes', meteredFunction([int], text, randomBytes)],
  ['randInt', meteredFunction([int, int], int, randomInt)],
  ['shuffle', meteredFunction([text], text, shuffle)],
  ['uuidv4', meteredFunction([], text, uuid)],
]);

/** So many characters of an alphabet, none where the count is negative. */
function randomText(alphabet: string) {
  return meteredFunction([int], text, (context, count) => {
    if (count <= 0) return '';
    charge(context, count);
    const below = belowOneByte(context, count);
    return Array.from({ length: count }, () => alphabet.charAt(below(alphabet.length))).join('');
  });
}

function charge(context: CallContext, count: number): void {
  context.meter.allocate(count * 8);
  context.meter.step(count / 10);
}

/** Draws numbers below a limit of at most 256, all equally likely: bytes at the uneven end are drawn again. */
function belowOneByte(context: CallContext, expected: number): (limit: number) => number {
  let pool = context.random(Math.min(expected, 1024));
  let next = 0;
  return (limit) => {
    for (;;) {
      if (next === pool.length) {
        pool = context.random(1024);
        next = 0;
      }
      const byte = pool[next] ?? 255;
      next += 1;
      if (byte < 256 - (256 % limit)) return byte % limit;
    }
  };
}

/** A number below a limit, all equally likely. */
function below(context: CallContext, limit: bigint): bigint {
  const size = Math.ceil(limit.toString(2).length / 8);
  const all = 1n << BigInt(size * 8);
  for (;;) {
    const drawn = BigInt(`0x${Buffer.from(context.random(size)).toString('hex')}`);
    if (drawn < all - (all % limit)) return drawn % limit;
  }
}

/** Base64 of so many bytes. */
function randomBytes(context: CallContext, count: number): string {
  if (count < 0) throw new FunctionError('the length is negative', 'runtime error: makeslice: len out of range');
  context.meter.allocate(count * 2);
  return Buffer.from(context.random(count)).toString('base64');
}

/** @throws FunctionError where there is no number to choose */
function randomInt(context: CallContext, min: number, max: number): number {
  if (max <= min) throw new FunctionError('the maximum must be above the minimum', 'invalid argument to Intn');
  return min + Number(below(context, BigInt(max) - BigInt(min)));
}

/** The runes in another order, each order equally likely. */
function shuffle(context: CallContext, value: string): string {
  charge(context, value.length * 2);
  const shuffled = toRunes(value);
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    // a draw of large integers costs what several nodes do
    context.meter.step(5);
    const other = Number(below(context, BigInt(last + 1)));
    const rune = shuffled[last] ?? 0;
    shuffled[last] = shuffled[other] ?? 0;
    shuffled[other] = rune;
  }
  return fromRunes(shuffled);
}

/** RFC 9562, version 4. */
function uuid(context: CallContext): string {
  const bytes = Buffer.from(context.random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
