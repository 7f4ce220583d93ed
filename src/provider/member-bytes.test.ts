import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { heldBytes, MemberBytes } from './member-bytes.ts';
import { extractMap, selectProperty } from './property.ts';

function members(entries: Readonly<Record<string, string>>): MemberBytes {
  return new MemberBytes(new Map(Object.entries(entries).map(([key, value]) => [key, SecretBytes.fromUtf8(value)])));
}

describe('a value with members', () => {
  it('is the JSON object of them, by the order of their names in bytes', () => {
    expect(Buffer.from(members({ b: '1', 'ä': '"', B: 'x\n' }).reveal()).toString()).toBe(String.raw`{"B":"x\n","b":"1","ä":"\""}`);
  });

  it('gives each member back with its bytes, as a property and in an extract', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, unit: fc.constantFrom(...Array.from('ab._-/')) }), fc.uint8Array()), (data) => {
        const value = new MemberBytes(new Map(Object.entries(data).map(([key, bytes]) => [key, new SecretBytes(bytes)])));
        for (const [key, bytes] of Object.entries(data)) {
          expect(selectProperty(value, key, 'path-only')?.reveal()).toEqual(bytes);
          expect(extractMap(value).get(key)?.reveal()).toEqual(bytes);
        }
      }),
    );
  });

  it('has the size of what a Secret of them would hold, and not of its JSON', () => {
    const value = new MemberBytes(new Map([['k', new SecretBytes(new Uint8Array(1000).fill(0xff))]]));

    expect(heldBytes(value)).toBe(1001);
    expect(value.size).toBeGreaterThan(3000);
    expect(heldBytes(SecretBytes.fromUtf8('four'))).toBe(4);
  });

  it('prints nothing of them', () => {
    expect([inspect(members({ a: 'canary' }), { depth: 9, showHidden: true }), String(members({ a: 'canary' })), JSON.stringify(members({ a: 'canary' }))].join()).not.toContain('canary');
  });

  it.each(['.a', 'a.', 'c', 'c.d', '.'])('has no property %j', (property) => {
    expect(selectProperty(members({ a: '{"b": 1}' }), property, 'path-only')).toBeUndefined();
  });
});
