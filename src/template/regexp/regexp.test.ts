import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { FunctionError, LimitError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import { PatternError, Regexp, quoteMeta } from './regexp.ts';

const unlimited = { step: () => undefined, allocate: () => undefined };
const regexp = (pattern: string): Regexp => new Regexp(fromText(pattern), unlimited);

describe('Regexp', () => {
  it('finds bytes, whatever they are', () => {
    expect(regexp('.').findAll('\xffa\xc3\xa9', -1, unlimited)).toEqual(['\xff', 'a', '\xc3\xa9']);
    expect(regexp('\ufffd').findAll('\xff\xef\xbf\xbd\xc3', -1, unlimited)).toEqual(['\xff', '\xef\xbf\xbd', '\xc3']);
    expect(regexp('é+$').find(fromText('😀éé'), unlimited)).toBe(fromText('éé'));
  });

  it('finds no empty match right after another match', () => {
    expect(regexp('a*').findAll('baac', -1, unlimited)).toEqual(['', 'aa', '']);
    expect(regexp('').findAll(fromText('é😀'), -1, unlimited)).toEqual(['', '', '']);
    expect(regexp('a*').replaceAll('baac', '-', unlimited)).toBe('-b-c-');
    expect(regexp('a*').findAll('baac', 2, unlimited)).toEqual(['', 'aa']);
    expect(regexp('a').findAll('a', 0, unlimited)).toEqual([]);
  });

  it('splits as Go does', () => {
    expect(regexp('').split('abc', -1, unlimited)).toEqual(['a', 'b', 'c']);
    expect(regexp(',').split(',a,b,', -1, unlimited)).toEqual(['', 'a', 'b', '']);
    expect(regexp(',').split('a,b,c', 2, unlimited)).toEqual(['a', 'b,c']);
    expect(regexp(',').split('', -1, unlimited)).toEqual(['']);
    expect(regexp(',').split('a,b', 0, unlimited)).toEqual([]);
  });

  it('sees what is before the place where it looks for the next match', () => {
    expect(regexp(String.raw`\bfoo`).findAll('foofoo foo', -1, unlimited)).toEqual(['foo', 'foo']);
    expect(regexp('(?m)^a').replaceAll('aa\na', 'b', unlimited)).toBe('ba\nb');
  });

  it('takes the first group of a name that is in the match', () => {
    expect(regexp('(?P<n>b)|(?P<n>a)').replaceAll('ab', '<$n>', unlimited)).toBe('<a><b>');
  });

  it('names what is wrong with a pattern, and not the pattern', () => {
    const problem = (pattern: string): string => {
      try {
        return new Regexp(pattern, unlimited).find('', unlimited);
      } catch (error) {
        if (error instanceof PatternError) return `${error.message} / ${Buffer.from(error.detail.reveal()).toString('latin1')}`;
        throw error;
      }
    };
    expect(problem('secret[')).toBe('error parsing regexp: missing closing ] / error parsing regexp: missing closing ]: `[`');
    expect(problem('(?P<n>secret')).toBe('error parsing regexp: missing closing ) / error parsing regexp: missing closing ): `(?P<n>secret`');
    expect(problem('a\xff')).toBe('error parsing regexp: invalid UTF-8 / error parsing regexp: invalid UTF-8: `\xff`');
    expect(problem(String.raw`\p{Old_Italic}`)).toContain('invalid character class range: `\\p{Old_Italic}`');
  });

  it('compiles nothing that is very large', () => {
    expect(() => regexp('(?:(?:a{10}){10}){10}'.repeat(9))).toThrow(new FunctionError('the regular expression is too large'));
    expect(() => regexp(String.raw`[\pL\PL]`.repeat(200))).toThrow('too large');
    expect(() => regexp('(?i)' + String.raw`[B-\x{1E942}]`.repeat(3))).toThrow('too large');
    expect(() => regexp(`[${'[:'.repeat(8000)}`)).toThrow('too large');
    expect(() => regexp('a'.repeat(20_000))).toThrow('longer than');
    expect(() => regexp('('.repeat(5000))).toThrow('nests too deeply');
    expect(regexp('[a-z]{1000}').matches('a'.repeat(1000), unlimited)).toBe(true);
  });

  it('is charged for what it reads, so that no search goes on for long', () => {
    const search = (pattern: string, text: string): (() => unknown) => {
      const { meter } = testContext({ steps: 200_000, bytes: 16 << 20 });
      return () => new Regexp(pattern, meter).replaceAll(text, '$1', meter);
    };
    // each match looks at all of the text
    expect(search('a.*b|a', 'a'.repeat(20_000))).toThrow(LimitError);
    // every character may be any of nine hundred
    expect(search('(?:[ab]?){900}[cd]', 'a'.repeat(20_000))).toThrow(LimitError);
    expect(search('a', 'ab'.repeat(5000))).not.toThrow();
    expect(search('a?', 'b'.repeat(500_000))).toThrow(LimitError);
  });

  it('is charged for what it writes', () => {
    const { meter } = testContext({ steps: 5_000_000, bytes: 1 << 20 });
    expect(() => new Regexp('a', meter).replaceAll('a'.repeat(2000), 'x'.repeat(2000), meter)).toThrow('bytes');
  });

  it('keeps patterns that were compiled, but not all', () => {
    const patterns = Array.from({ length: 50 }, (_, index) => `a{900}${index}`);
    for (const pattern of patterns) expect(regexp(pattern).matches('a', unlimited)).toBe(false);
    let steps = 0;
    const meter = { ...unlimited, step: (count = 1) => void (steps += count) };
    for (const pattern of patterns) expect(new Regexp(pattern, meter)).toBeDefined();
    const perPattern = steps / patterns.length;
    expect(new Regexp(patterns.at(-1) ?? '', meter)).toBeDefined();
    expect(steps).toBe(perPattern * patterns.length);
    expect(new Regexp(patterns[0] ?? '', meter)).toBeDefined();
    expect(steps).toBeGreaterThan(perPattern * patterns.length);
  });

  it('keeps nothing of one render for another', () => {
    const cost = (): number => {
      let steps = 0;
      expect(new Regexp('made of a secret', { ...unlimited, step: (count = 1) => void (steps += count) })).toBeDefined();
      return steps;
    };
    expect(cost()).toBe(cost());
  });

  it('is charged for patterns before they are read, even malformed ones', () => {
    for (const part of ['(?<', String.raw`\p{`, '[[:', '(?P<a', '[:]']) {
      const { meter } = testContext({ steps: 1_000, bytes: 1 << 20 });
      expect(() => new Regexp(part.repeat(3_000), meter)).toThrow(LimitError);
    }
  });
});

describe('quoteMeta', () => {
  it('escapes what means something in a pattern', () => {
    expect(quoteMeta(String.raw`a.b\c[d]{e}(f)^$|*+?-é`, unlimited)).toBe(String.raw`a\.b\\c\[d\]\{e\}\(f\)\^\$\|\*\+\?-é`);
  });
});
