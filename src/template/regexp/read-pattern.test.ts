import { RE2JS } from 're2js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPattern } from './read-pattern.ts';

const operand = fc.constantFrom('a', '.', '[a-c]', '[]x]', '[[:alpha:]-]', String.raw`\d`, String.raw`\pL`, String.raw`\x{41}`, String.raw`\Qa{9}b\E`, '^', '');
const repeat = fc.constantFrom('', '', '*', '+?', '{3}', '{0,7}', '{2,}', '{0}');
const { pattern } = fc.letrec<{ pattern: string; group: string }>((tie) => ({
  pattern: fc
    .array(fc.tuple(fc.oneof({ maxDepth: 4 }, operand, tie('group')), repeat), { maxLength: 5 })
    .map((parts) => parts.map(([part, times]) => (part === '' ? '' : part + times)).join('')),
  group: fc.tuple(fc.constantFrom('(', '(?:', '(?i:', '(?P<n>', '(a|'), tie('pattern')).map(([open, inner]) => `${open}${inner})`),
}));

describe('readPattern', () => {
  it('never counts fewer instructions than there are', () => {
    fc.assert(
      fc.property(pattern, (text) => {
        let read;
        try {
          read = readPattern(text);
        } catch {
          return; // too many repetitions
        }
        expect(read.instructions).toBeGreaterThanOrEqual(RE2JS.compile(read.source).programSize());
      }),
    );
  });

  it('writes classes as the engine calls them', () => {
    expect(readPattern(String.raw`\p{lowercase-letter}[\P{^greek}x]\pl`).source).toBe(String.raw`\p{Ll}[\P{^Greek}x]\p{L}`);
    expect(readPattern(String.raw`\Q\p{foo}\E`).source).toBe(String.raw`\Q\p{foo}\E`);
  });

  it('counts groups by their names', () => {
    const { source, groups } = readPattern(String.raw`(a)(?P<x>b)(?:c)(?<y>d)\((?P<x>e)[(]`);
    expect(source).toBe(String.raw`(a)(b)(?:c)(d)\((e)[(]`);
    expect([...groups]).toEqual([['x', [2, 4]], ['y', [3]]]);
  });

  it('takes a count with a leading zero for text', () => {
    expect(readPattern('a{01000}').instructions).toBeLessThan(20);
    expect(() => readPattern('a{1001}')).toThrow('invalid repeat count');
    expect(() => readPattern('((a{11}){11}){11}')).toThrow('invalid repeat count');
  });
});
