import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { text } from '../value/go-function.ts';
import { int } from '../value/go-type.ts';
import type { CallContext, Value } from '../value/value.ts';
import { Int } from '../value/value.ts';
import { random } from './random.ts';

/** Draws these bytes, over and over. */
function scripted(...bytes: readonly number[]): CallContext {
  let drawn = 0;
  const next = (): number => {
    drawn += 1;
    return bytes[(drawn - 1) % bytes.length] ?? 0;
  };
  return { ...testContext(), random: (size) => Uint8Array.from({ length: size }, next) };
}

function call(name: string, args: readonly Value[], context = testContext()): Value {
  return random.get(name)?.call(args, context);
}

describe('random', () => {
  it.each([
    ['randAlpha', /^[A-Za-z]{500}$/, 52],
    ['randAlphaNum', /^[0-9A-Za-z]{500}$/, 62],
    ['randAscii', /^[ -~]{500}$/, 95],
    ['randNumeric', /^[0-9]{500}$/, 10],
  ])('%s draws all of its characters', (name, form, size) => {
    expect(text.read(call(name, [int(500)]))).toMatch(form);
    expect(new Set(text.read(call(name, [int(20_000)]))).size).toBe(size);
    expect(call(name, [int(0)])).toBe('');
    expect(call(name, [int(-1)])).toBe('');
  });

  it('draws again what would make some characters likelier', () => {
    // 250 and above are the uneven end for ten digits
    expect(call('randNumeric', [int(4)], scripted(255, 3, 250, 249))).toBe('3939');
    expect(call('randInt', [int(10), int(13)], scripted(255, 2))).toEqual(int(12));
  });

  it('draws whole numbers from the minimum to below the maximum', () => {
    const drawn = Array.from({ length: 200 }, () => call('randInt', [int(-1), int(2)]));
    expect(new Set(drawn.map((value) => (value instanceof Int ? Number(value.value) : undefined)))).toEqual(new Set([-1, 0, 1]));
    expect(() => call('randInt', [int(3), int(3)])).toThrow('the maximum must be above the minimum');
  });

  it('encodes random bytes', () => {
    expect(call('randBytes', [int(4)], scripted(1, 2, 3, 255))).toBe('AQID/w==');
    expect(() => call('randBytes', [int(-1)])).toThrow('the length is negative');
  });

  it('draws no more than may be allocated', () => {
    for (const name of ['randAlpha', 'randAscii', 'randBytes']) expect(() => call(name, [int(1e15)])).toThrow('too many bytes');
  });

  it('makes UUIDs of version 4', () => {
    expect(call('uuidv4', [], scripted(0xff))).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    expect(call('uuidv4', [])).not.toBe(call('uuidv4', []));
  });

  it('shuffles runes, not bytes', () => {
    expect(call('shuffle', ['a\xc3\xa9b'], scripted(0))).toBe('\xc3\xa9ba');
    expect(Array.from(text.read(call('shuffle', ['hello']))).toSorted().join('')).toBe('ehllo');
  });
});
