import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../../../../template/json/encode-json.ts';
import { createMeter } from '../../../../../template/worker/limits.ts';
import type { ChartValues } from '../../chart.ts';
import { toMap } from '../chart-value.ts';
import { decodeToml } from './decode-toml.ts';
import { encodeToml } from './encode-toml.ts';

const meter = createMeter({ steps: 1e9, allocatedBytes: 1e9 });
const key = fc.string({ minLength: 1, maxLength: 5 });
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

describe('TOML', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true }), (entries) => {
        // what the generator makes is what charts have
        const written = toMap(entries as ChartValues);
        const read = decodeToml(encodeToml(written, meter), meter);
        expect(read.problem).toBeUndefined();
        expect(encodeJson(read.value, {}, meter)).toBe(encodeJson(written, {}, meter));
      }),
    );
  });

  it.each([
    ['a = 1\na = 2', 2],
    ['\n\na', 3],
    ['[a]\n[a]', 2],
    ['a = "x', 1],
    ['a = {b = 1}\n[a.c]', 2],
    ['a = 01', 1],
    ['a = [1', 1],
    ['a = 9223372036854775808', 1],
    ['a = "\\q"', 1],
    ['a = 1 b = 2', 1],
  ])('says in which line a text is wrong, and nothing of it: %j', (text, line) => {
    expect(decodeToml(text, meter).problem?.message).toMatch(new RegExp(`^toml: line ${line}: [^"]*$`));
  });

  it('reads no text forever', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...Array.from('a=[]{}".\'\n\\ #1,')) }), (text) => decodeToml(text, meter).value !== undefined));
  });
});
