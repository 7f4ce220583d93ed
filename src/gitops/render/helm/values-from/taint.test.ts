import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskObject } from '../../../plan/mask-object.ts';
import { placeholder, standIn } from './stand-in.ts';
import { differences, joined, places, stringsIn } from './taint.ts';

describe('differences', () => {
  it('names the values that differ, and the map or list where even the shape does', () => {
    const one = { same: 1, text: 'a', list: [1, { x: 1 }], map: { a: 1 }, longer: [1, 2], nested: { deep: { v: 'a' } } };
    const other = { same: 1, text: 'b', list: [1, { x: 2 }], map: { b: 1 }, longer: [1], nested: { deep: { v: 'b' } } };

    expect(differences(one, other)).toEqual([['text'], ['list', 1, 'x'], ['map'], ['longer'], ['nested', 'deep', 'v']]);
  });

  it('masked, two renders look the same, whatever they are', () => {
    const rendered = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(rendered, rendered, (one, other) => {
        const show = (spec: unknown, from: unknown, to: unknown) => maskObject({ object: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec }, origin: { file: '', line: 1 }, taint: joined(differences({ spec: from }, { spec: to })) });

        expect(show(one, one, other)).toEqual(show(other, other, one));
      }),
    );
  });
});

describe('places', () => {
  it('finds a text wherever it stands, and hides a map of which it is a key', () => {
    const strings = stringsIn({ a: 'x CANARY y', b: ['CANARY'], c: { 'a CANARY': 1, d: 2 }, e: 'other', f: 'more' });

    expect(places(strings, ['CANARY', 'more'])).toEqual([['a'], ['b', 0], ['c'], ['f']]);
  });
});

/** Of a text it is a text. */
function otherText(value: string, variant: 0 | 1): string {
  const other = standIn(value, variant);
  if (typeof other !== 'string') throw new Error('it is no text');
  return other;
}

describe('stand-ins', () => {
  const [one, other] = [placeholder(undefined, 0), placeholder(undefined, 1)];

  it('share no character at any place, counted from either end, so that no part of them looks the same', () => {
    if (typeof one !== 'string' || typeof other !== 'string') throw new Error('placeholders are texts where no schema says otherwise');
    for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
      expect(one[index]?.toLowerCase()).not.toBe(other[index]?.toLowerCase());
      expect(one.at(-1 - index)?.toLowerCase()).not.toBe(other.at(-1 - index)?.toLowerCase());
    }
  });

  it.each([
    [{ kind: 'integer', minimum: 1, maximum: 10 } as const, [10, 9]],
    [{ kind: 'integer' } as const, [10_001, 20_002]],
    [{ kind: 'boolean' } as const, [false, true]],
    [{ choices: ['a', 'b'] }, ['a', 'b']],
  ])('are what a schema like %j asks for', (schema, values) => {
    expect([placeholder(schema, 0), placeholder(schema, 1)]).toEqual(values);
  });

  it('keep the shape of the real value, and nothing of it', () => {
    const json = JSON.stringify({ box: 'abcXYZ019', n: 5, on: true });

    expect(standIn('0123456789abcdef', 0)).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.parse(otherText(json, 0))).toEqual({ box: 'bcdYZG120', n: 6, on: true });
    expect(standIn({ a: [1, 'x', true, null] }, 1)).toEqual({ a: [3, 'h', true, null] });
  });

  it('differ from the real value and from each other wherever there is a letter or digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,40}$/), (text) => {
        const [first, second] = [otherText(text, 0), otherText(text, 1)];
        for (const [index, letter] of Array.from(text).entries()) expect(new Set([letter, first[index], second[index]]).size).toBe(3);
      }),
    );
  });

  it('differ from any text that is not empty, and from each other, upper case or lower', () => {
    const signs = fc.string({ minLength: 1, unit: fc.constantFrom(...Array.from('{}[]!!"\\,: -=\n')) });
    const upTo = (max: number) => fc.string({ minLength: 1, unit: fc.integer({ min: 0, max }).map((point) => String.fromCodePoint(point)) });
    const odd = fc.oneof(upTo(0x10_ff_ff), upTo(0x5_ff), signs, fc.json(), fc.jsonValue().map((value) => JSON.stringify([value], null, 1)));
    fc.assert(
      fc.property(odd, (text) => {
        const all = [text, otherText(text, 0), otherText(text, 1)];

        expect(new Set(all).size).toBe(3);
        expect(new Set([0, 1].map((index) => all[index + 1]?.toLowerCase())).size).toBe(2);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['пароль-Тайна', 'κθλιζκ-Ηθδθθ'],
    ['{}[]!!', 'nnnnnn'],
    ['{"a": "!!"}', '{"a":"nn"}'],
    ['{}', '{"more":"value-kept-out-of-git"}'],
    [' [true, ""]', '[true,"","value-kept-out-of-git"]'],
    ['[100000000000000000000]', '[50000000000000000000]'],
    ['', ''],
  ])('of %j are like %j', (text, other) => {
    expect(otherText(text, 0)).toBe(other);
  });
});
