import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { hasMember, removeMember, setMember } from './json-member.ts';
import { selectProperty } from './property.ts';

const bytes = (text: string): SecretBytes => SecretBytes.fromUtf8(text);

function text(value: SecretBytes | 'same' | undefined): string | undefined {
  return value instanceof SecretBytes ? Buffer.from(value.reveal()).toString('utf8') : value;
}

describe('a member of a JSON object', () => {
  it.each([
    [undefined, 'a', '{"a":"v"}'],
    ['', 'a', '{"a":"v"}'],
    ['{}', 'a.b', '{"a":{"b":"v"}}'],
    ['{"b": 1.50, "a" : [ 1 ] }', 'a', '{"b":1.50,"a":"v"}'],
    ['{"a": {"x": 12345678901234567890}}', 'a.b', '{"a":{"x":12345678901234567890,"b":"v"}}'],
    ['{"a": "text"}', 'a.b', '{"a":{"b":"v"}}'],
    ['{"a.b": 1}', String.raw`a\.b`, '{"a.b":"v"}'],
    ['{"2": 0, "1": 0}', '3', '{"2":0,"1":0,"3":"v"}'],
  ])('is set in %j at %s', (object, property, expected) => {
    expect(text(setMember(object === undefined ? undefined : bytes(object), property, bytes('v')))).toBe(expected);
  });

  it.each([
    ['{"a": 1, "b": 2}', 'a', '{"b":2}'],
    ['{"a": {"b": 1}, "c": 2}', 'a.b', '{"c":2}'],
    ['{"a": {"b": 1}}', 'a.b', undefined],
    ['{"a": 1}', 'b', 'same'],
    ['{"a": "text"}', 'a.b', 'same'],
    ['{ "a": {"b": 1} }', 'a.c', 'same'],
    ['{}', 'a', 'same'],
  ])('is taken out of %j at %s', (object, property, expected) => {
    expect(text(removeMember(bytes(object), property))).toBe(expected);
    expect(hasMember(bytes(object), property)).toBe(expected !== 'same');
  });

  it.each(['canary', '[1]', '"canary"', '{"canary"'])('is not set in %j, which is not quoted', (object) => {
    expect(() => setMember(bytes(object), 'a', bytes('v'))).toThrow(expect.objectContaining({ kind: 'invalid', message: expect.not.stringContaining('canary') }));
  });

  it('is never of bytes that are no text, and never without a name', () => {
    expect(() => setMember(undefined, 'a', new SecretBytes(Uint8Array.of(0xff)))).toThrow('the value to push into a property is not UTF-8 text');
    expect(() => setMember(undefined, 'a..b', bytes('v'))).toThrow('property "a..b" has an empty step');
    expect(() => setMember(undefined, '', bytes('v'))).toThrow('has an empty step');
  });

  it('is read back as it was set, and gone once it is taken out', () => {
    const name = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...Array.from('abc._-/ 0ß"')) });
    const object = fc.dictionary(name, fc.oneof(fc.string(), fc.integer(), fc.constant({ x: 1 })));
    fc.assert(
      fc.property(object, name, fc.string({ unit: 'grapheme' }), (before, key, value) => {
        const property = key.replaceAll('.', String.raw`\.`);
        const after = setMember(bytes(JSON.stringify(before)), property, bytes(value));
        expect(text(selectProperty(after, property, 'path-only'))).toBe(value);
        const { [key]: _, ...others } = before;
        const left = removeMember(after, property);
        expect(left instanceof SecretBytes ? JSON.parse(text(left) ?? '') : {}).toEqual(others);
      }),
    );
  });
});
