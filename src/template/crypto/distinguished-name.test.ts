import { describe, expect, it } from 'vitest';
import { FunctionError } from '../template-error.ts';
import { DerError, tags } from './der.ts';
import { describeName, readName, writeCommonName } from './distinguished-name.ts';
import { element, objectIdentifier, sequence, setOf } from './write-der.ts';

function name(...parts: readonly (readonly [type: string, tag: number, value: string])[]): Buffer {
  return sequence(...parts.map(([type, tag, value]) => setOf(sequence(objectIdentifier(type), element(tag, Buffer.from(value, 'latin1'))))));
}

describe('distinguished names', () => {
  it.each([
    ['plain', 'CN=plain'],
    ['a,b+c"d\\e<f>g;h', 'CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'],
    [' x ', 'CN=\\ x\\ '],
    ['# #', 'CN=\\# #'],
    ['', ''],
  ])('escape %j', (text, printed) => {
    expect(describeName(readName(writeCommonName(text)))).toBe(printed);
  });

  it('are printed backwards in the order of their types, those without a name first', () => {
    const der = name(['2.5.4.3', tags.utf8, 'one'], ['1.2.3', tags.utf8, 'x'], ['2.5.4.6', tags.printable, 'DE'], ['2.5.4.11', tags.utf8, 'b'], ['2.5.4.11', tags.utf8, 'c'], ['2.5.4.3', tags.utf8, 'two']);
    expect(describeName(readName(der))).toBe('CN=two,OU=b+OU=c,C=DE,1.2.3=#130178');
  });

  it('may be in old encodings', () => {
    const der = name(['2.5.4.3', tags.bmp, '\0a\x4e\x16'], ['2.5.4.10', tags.teletex, '\xe9'], ['2.5.4.5', tags.numeric, '1 2'], ['2.5.4.11', tags.ia5, '*&@']);
    expect(Buffer.from(describeName(readName(der)), 'latin1').toString('utf8')).toBe('SERIALNUMBER=1 2,CN=a\u4e16,OU=*&@,O=\u00e9');
  });

  it.each([
    [tags.printable, '@'],
    [tags.utf8, '\xff'],
    [tags.ia5, '\x80'],
    [tags.numeric, 'a'],
    [tags.bmp, 'a'],
    [tags.bmp, '\xd8\0'],
    [tags.bmp, '\xff\xfe'],
    [tags.octets, 'a'],
  ])('may not hold what tag %i does not allow', (tag, value) => {
    expect(() => readName(name(['2.5.4.3', tag, value]))).toThrow(DerError);
  });

  it('are UTF-8', () => {
    expect(() => writeCommonName('\xff')).toThrow(FunctionError);
  });
});
