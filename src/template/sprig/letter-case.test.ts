import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { fromText, toText } from '../value/byte-string.ts';
import { text as goText } from '../value/go-function.ts';
import { letterCase } from './letter-case.ts';

const call = (name: string, text: string): string => toText(goText.read(letterCase.get(name)?.call([fromText(text)], testContext())));

describe('letter case', () => {
  it('changes one rune for one', () => {
    expect(call('upper', 'straße ǆ ŉ')).toBe('STRAßE Ǆ ŉ');
    expect(call('lower', 'İSTANBUL ΛΌΓΟΣ')).toBe('istanbul λόγοσ');
    expect(call('title', "ǆungla it's two_words 3d")).toBe("ǅungla It'S Two_words 3d");
    expect(call('untitle', 'Hello Big\tWORLD')).toBe('hello big\twORLD');
    expect(call('swapcase', 'Hello wORLD ǅ')).toBe('hELLO World ǆ');
  });

  it('has U+FFFD for bytes that are no text, unless all is ASCII', () => {
    expect(letterCase.get('upper')?.call(['a\xff'], testContext())).toBe('A\xef\xbf\xbd');
    expect(letterCase.get('untitle')?.call(['\xff'], testContext())).toBe('\xef\xbf\xbd');
  });
});
