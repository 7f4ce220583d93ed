import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { LimitError } from '../template-error.ts';
import { text } from '../value/go-function.ts';
import { int, strings } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { digest } from './digest.ts';
import { shorten } from './shorten.ts';
import { split } from './split.ts';
import { wholeText } from './text.ts';
import { trim } from './trim.ts';
import { wordCase } from './word-case.ts';
import { wrap } from './wrap.ts';

const all = new Map([wholeText, split, trim, shorten, wrap, wordCase, digest].flatMap((map) => [...map]));

function call(name: string, ...args: readonly Value[]): Value {
  return all.get(name)?.call(args, testContext({ steps: 1_000_000, bytes: 1 << 20 }));
}

describe('functions on texts', () => {
  it('allocate no more than they may', () => {
    const large = 'a\n'.repeat(1000);
    expect(() => call('repeat', int(1e12), 'a')).toThrow(LimitError);
    expect(() => call('indent', int(100_000), large)).toThrow(LimitError);
    expect(() => call('nindent', int(1e15), '')).toThrow(LimitError);
    expect(() => call('replace', 'a', large, large)).toThrow(LimitError);
    expect(() => call('replace', '', large, large)).toThrow(LimitError);
    expect(() => call('join', large, strings(Array.from(large)))).toThrow(LimitError);
    expect(() => call('wrapWith', int(1), large, large)).toThrow(LimitError);
    expect(() => call('splitList', '', 'a'.repeat(100_000))).toThrow(LimitError);
    expect(() => call('sortAlpha', strings(Array.from({ length: 1000 }, (_, index) => 'a'.repeat(100_000) + String(index % 2))))).toThrow(LimitError);
  });

  it('fail where Go panics, without naming their input', () => {
    expect(() => call('repeat', int(-1), 'secret')).toThrow('the count is negative');
    expect(() => call('substr', int(5), int(4), 'secret')).toThrow('slice bounds out of range');
  });

  it('sort a list of strings in place, any other into a new one', () => {
    const list = strings(['b', 'a']);
    expect(call('sortAlpha', list)).toBe(list);
    expect(list.items).toEqual(['a', 'b']);
  });

  it('split what join puts together', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]*$/), { minLength: 1 }), (parts) => {
        expect(call('splitList', ',', text.read(call('join', ',', strings(parts))))).toEqual(strings(parts));
      }),
    );
  });

  it('write identifiers another way', () => {
    expect(['HTTPServer20xOK', 'Bld4Floor3rd', 'no HTTPS', '__A--b'].map((word) => call('snakecase', word))).toEqual([
      'http_server_20x_ok', 'bld4_floor_3rd', 'no_https', '__a__b',
    ]);
    expect(['_complex__case_', 'GOLANG_IS_GREAT', '_', 'a'].map((word) => call('camelcase', word))).toEqual(['_Complex_Case_', 'GolangIsGreat', '__', 'A']);
  });

  it('keep every letter of an identifier', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9 _-]*$/), (word) => {
        const letters = (value: Value): string => text.read(value).replaceAll(/[ _-]/g, '').toLowerCase();
        for (const name of ['snakecase', 'kebabcase', 'camelcase']) expect(letters(call(name, word))).toBe(letters(word));
      }),
    );
  });

  it('abbreviate to no more than the width', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 40 }), fc.integer({ min: 7, max: 20 }), fc.stringMatching(/^[a-z]{0,50}$/), (left, width, value) => {
        expect(text.read(call('abbrevboth', int(left), int(width), value)).length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('sum as the standards say', () => {
    expect(call('adler32sum', 'Wikipedia')).toBe(String(0x11e60398));
    expect(call('sha256sum', '')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
