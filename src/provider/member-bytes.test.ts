import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { heldBytes, MemberBytes } from './member-bytes.ts';
import { bytesIn, ownCopy, wipe } from './own-bytes.ts';
import { extractMap, selectProperty } from './property.ts';

function members(entries: Readonly<Record<string, string>>): MemberBytes {
  return new MemberBytes(bytes(entries));
}

function bytes(entries: Readonly<Record<string, string>>): ReadonlyMap<string, SecretBytes> {
  return new Map(Object.entries(entries).map(([key, value]) => [key, SecretBytes.fromUtf8(value)]));
}

function text(value: SecretBytes | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value.reveal()).toString();
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

  it('gives an extract what the provider has other names for', () => {
    const value = new MemberBytes(bytes({ a: '1' }), undefined, bytes({ it_a: '1' }));

    expect([...extractMap(value).keys()]).toEqual(['it_a']);
    expect(text(selectProperty(value, 'a', 'path-only'))).toBe('1');
  });

  it('is copied with all of it, and the copy outlives its wiping', () => {
    const value = new MemberBytes(bytes({ a: '1', b: '2' }), SecretBytes.fromUtf8('whole'), bytes({ it_a: '1' }));
    const copy = ownCopy(value);
    wipe(value);

    expect([text(value), text(value.member('a')), text(value.extracted().get('it_a'))]).toEqual(['\0\0\0\0\0', '\0', '\0']);
    expect([text(copy), text(selectProperty(copy, 'b', 'path-only')), text(extractMap(copy).get('it_a'))]).toEqual(['whole', '2', '1']);
  });

  it('says whether there is something that stands for all of it, and so does its copy', () => {
    const [whole, none] = [new MemberBytes(bytes({ a: '1' }), SecretBytes.fromUtf8('whole')), new MemberBytes(bytes({ a: '1' }), 'none')];

    expect([members({ a: '1' }), whole, none, ownCopy(whole), ownCopy(none)].map((value) => value instanceof MemberBytes && value.needsMember)).toEqual([false, false, true, false, true]);
  });

  it('takes as much memory as all that it holds, each part once', () => {
    const parts = bytes({ a: '12' });

    expect(bytesIn(new MemberBytes(parts, SecretBytes.fromUtf8('whole')))).toBe(5 + 2 + 2);
    expect(bytesIn(new MemberBytes(parts, SecretBytes.fromUtf8('whole'), bytes({ it_a: '12' })))).toBe(5 + 1 + 4 + 2 + 2);
  });
});
