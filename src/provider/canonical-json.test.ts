import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { canonicalJson } from './canonical-json.ts';

describe('canonicalJson', () => {
  it('puts the keys of every object in order and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [1, { z: null, a: 'é' }], a: undefined, A: true })).toBe('{"A":true,"b":[1,{"a":"é","z":null}]}');
  });

  it('gives equal data equal text, whatever the order of its keys, and other data other text', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).toReversed().map(([key, member]) => [key, shuffled(member)]));
    };
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.jsonValue(), (one, other) => {
        expect(canonicalJson(shuffled(one))).toBe(canonicalJson(one));
        expect(JSON.parse(canonicalJson(one))).toEqual(JSON.parse(JSON.stringify(one)));
        expect(canonicalJson(one) === canonicalJson(other)).toBe(canonicalJson(shuffled(one)) === canonicalJson(shuffled(other)));
      }),
    );
  });

  it.each([new Map(), new Date(0), SecretBytes.fromUtf8('x'), Uint8Array.of(1), Number.NaN, 1n, () => 1, [undefined]])('refuses %s: what has no canonical form must not look like something else', (value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });
});
