import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { checkProperty, extractMap, selectProperty } from './property.ts';
import type { PropertyLookup } from './property.ts';
import { ProviderError } from './provider-error.ts';

function select(json: string, property: string, lookup: PropertyLookup = 'path-only'): string | undefined {
  const found = selectProperty(SecretBytes.fromUtf8(json), property, lookup);
  return found === undefined ? undefined : Buffer.from(found.reveal()).toString('utf8');
}

function extract(json: string): Record<string, string> {
  return Object.fromEntries([...extractMap(SecretBytes.fromUtf8(json))].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('utf8')]));
}

function refusal(act: () => unknown): ProviderError {
  try {
    act();
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The expectations below were computed with gjson 1.18.0 itself: `gjson.Get(document, path).String()`. */
const document = String.raw`{"n":[1.50,1e3,{"b":null}],"zero":-0.0,"whole":-0,"big":123456789012345678901234567890,"huge":1e400,"small":1e-9,
"s":"x\u00e9\n\ud83d\ude00\ud800","obj": { "k" :  [1, 2] },"t":true,"z":null,"dup":1,"dup":2,"a.b":"lit","x.y":{"z.w":5},"":"empty","p*":"star",
"@type":"at","#":"hash","0":"nought","e\u0041":"escaped","fr":[{"first":"Dale","last":"Murphy","age":44,"nets":["ig","fb","tw"]},
{"first":"Roger","last":"Craig","age":68,"nets":["fb","tw"]},{"first":"Jane","last":"Murphy","age":47,"nets":["ig","tw"]},{"last":"None"}],
"pa":[1,2,3,45,46.5],"ps":["a","b","ab"],"nest":[[1,2],[3,[4]]],
"v":[{"a":1,"b":true},{"a":2,"b":false},{"a":3},{"a":4,"b":null},{"a":5,"b":"true"},{"a":6,"b":1},{"a":7,"b":0}]}`;

const byGjson: readonly (readonly [path: string, text: string | undefined])[] = [
  ['n.0', '1.5'],
  ['n.1', '1000'],
  ['n.01', '1000'],
  ['n.2', '{"b":null}'],
  ['n.2.b', ''],
  ['n.-1', undefined],
  ['n.9', undefined],
  ['n..0', undefined],
  ['n.', undefined],
  ['zero', '-0'],
  ['whole', '-0'],
  ['big', '123456789012345678901234567890'],
  ['huge', '+Inf'],
  ['small', '0.000000001'],
  ['s', 'xé\n😀\ufffd'],
  ['obj', '{ "k" :  [1, 2] }'],
  ['obj.k', '[1, 2]'],
  ['t', 'true'],
  ['t.x', undefined],
  ['z', ''],
  ['dup', '1'],
  ['a.b', undefined],
  [String.raw`a\.b`, 'lit'],
  [String.raw`x\.y.z\.w`, '5'],
  ['', 'empty'],
  ['p*', 'star'],
  [String.raw`p\*`, 'star'],
  ['f?.0.first', 'Dale'],
  ['fr.1.*st', 'Roger'],
  ['@type', 'at'],
  ['#', 'hash'],
  ['0', 'nought'],
  ['eA', 'escaped'],
  ['fr.first', undefined],
  ['fr.#', '4'],
  ['fr.##', undefined],
  ['fr.#.first', '["Dale","Roger","Jane"]'],
  ['fr.#.nets.#', '[3,2,2]'],
  ['fr.#.nets.0', '["ig","fb","ig"]'],
  ['nest.#.1', '[2,[4]]'],
  ['nest.1.1.0', '4'],
  ['pa.#.x', '[]'],
  ['fr.#(last=="Murphy").first', 'Dale'],
  ['fr.#(last=="Murphy")#.first', '["Dale","Jane"]'],
  ['fr.#[ last = Murphy ]#.first', '["Dale","Jane"]'],
  ['fr.#(age>45).age', '68'],
  ['fr.#(age>"44")#.age', '[68,47]'],
  ['fr.#(age<=44)#.first', '["Dale"]'],
  ['fr.#(first%"D*").last', 'Murphy'],
  ['fr.#(first!%"D*").last', 'Craig'],
  ['fr.#(first<"K")#.first', '["Dale","Jane"]'],
  ['fr.#(nets.#(=="fb"))#.first', '["Dale","Roger"]'],
  ['fr.#(nets.#>2)#.first', '["Dale"]'],
  [String.raw`fr.#(last=="Mur\"phy")#`, '[]'],
  ['fr.#(nope=="x")', undefined],
  ['fr.#(nope=="x")#', '[]'],
  ['fr.#()', undefined],
  ['pa.#(>2)', '3'],
  ['pa.#(>=46.5)', '46.5'],
  ['pa.#(!="45")#', '[1,2,3,46.5]'],
  ['ps.#(%"a*")#', '["a","ab"]'],
  ['v.#(b==true)#.a', '[1,5,7]'],
  ['v.#(b==~true)#.a', '[1,5,6]'],
  ['v.#(b==~false)#.a', '[2,3,4,7]'],
  ['v.#(b==~null)#.a', '[3,4]'],
  ['v.#(b!=~*)#.a', '[3]'],
  ['v.#(b==null)#.a', '[7]'],
  ['v.#(b).a', '1'],
];

describe('selectProperty', () => {
  it('takes as it is what the provider has looked up', () => {
    const value = SecretBytes.fromUtf8('no JSON');

    expect(selectProperty(value, 'a.b', 'by-provider')).toBe(value);
  });

  it.each(byGjson)('finds at %j what gjson finds', (path, text) => {
    expect(select(document, path)).toBe(text);
  });

  it('prefers a key of just the name with dots where the provider looks there first', () => {
    const json = '{"a.b":"literal","a":{"b":"path","c":"deep"}}';

    expect(select(json, 'a.b', 'literal-first')).toBe('literal');
    expect(select(json, 'a.b', 'path-only')).toBe('path');
    expect(select(json, 'a.c', 'literal-first')).toBe('deep');
  });

  it('falls back to a key of just the name with dots where the provider looks for the path first', () => {
    const json = '{"a.b":"literal","a":{"b":"path"},"c.d":"only literal","c":{}}';

    expect(select(json, 'a.b', 'path-first')).toBe('path');
    expect(select(json, 'c.d', 'path-first')).toBe('only literal');
    expect(select(json, 'c.d', 'path-only')).toBeUndefined();
    expect(select(json, 'c.e', 'path-first')).toBeUndefined();
    expect(select('{"a":{"b":null},"a.b":"literal"}', 'a.b', 'path-first')).toBe('');
  });

  it('takes a key of just that name at the top, whatever else it could mean, where the provider looks there first', () => {
    const json = String.raw`{"a.b":"literal","a":{"b":"path","c":[1,2]},"x|y":1.50,"*":"star","#(":null,"d":"first","d":"la\u0073t","o":{"z":1,"a":"<"}}`;

    expect(['a.b', 'x|y', '*', '#(', 'd', 'o'].map((property) => select(json, property, 'member-first'))).toEqual(['literal', '1.50', 'star', '', 'last', '{"z":1,"a":"<"}']);
    expect(['a.c.1', 'o.z', 'o.none', 'nothing'].map((property) => select(json, property, 'member-first'))).toEqual(['2', '1', undefined, undefined]);
    expect(() => select(json, 'o|z|#(', 'member-first')).toThrow('property');
    expect(select('[1]', '0', 'member-first')).toBe('1');
  });

  it('finds nothing in a value that is neither object nor array', () => {
    expect(['"a"', '1', 'null', 'true'].map((json) => select(json, 'a'))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('keeps line breaks that stand unescaped in a string, as gjson does', () => {
    expect(select('{"pem":"-----BEGIN\nMII\n"}', 'pem')).toBe('-----BEGIN\nMII\n');
  });

  it.each([
    ['a.@this', '@this'],
    ['@pretty:{"x":1}', '@pretty'],
    ['a|b', '"|"'],
    ['{a,b}', '"{"'],
    ['a.[0]', '"["'],
    ['a.!x', '"!"'],
    ['..0', 'JSON lines'],
    ['a.#(b==1', 'not closed'],
    ['a.#(b==1)x', 'between'],
    ['a.#(b!1)', '"!="'],
    ['a.#(@this.b==1)', '@this'],
  ])('refuses the path %j, naming what is not supported', (path, part) => {
    const error = refusal(() => select('{"a":1}', path));

    expect(error.kind).toBe('invalid');
    expect(error.message).toContain(part);
    expect(refusal(() => checkProperty(path)).message).toBe(error.message);
  });

  it('refuses a path longer than any use, and does not repeat it all', () => {
    const error = refusal(() => checkProperty('x'.repeat(5000)));

    expect(error.message).toContain('longer');
    expect(error.message.length).toBeLessThan(300);
  });

  it('takes an escaped special character for a key', () => {
    expect(select('{"a|b":1,"{x":2,"@this":3}', String.raw`a\|b`)).toBe('1');
    expect(select('{"a|b":1,"{x":2,"@this":3}', String.raw`\{x`)).toBe('2');
    expect(select('{"a|b":1,"{x":2,"@this":3}', String.raw`\@this`)).toBe('3');
  });

  it('finds every member of any object by its escaped key, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), fc.nat(3), (object, indent) => {
        const json = JSON.stringify(object, null, indent);
        for (const [key, value] of Object.entries(object)) {
          expect(select(json, key.replaceAll(/[\\.*?|#@{}[\]!]/g, String.raw`\$&`))).toBe(value);
        }
      }),
    );
  });

  it('gives back objects and arrays as they are written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4), (inner, indent) => {
        fc.pre(typeof inner === 'object' && inner !== null);
        const raw = JSON.stringify(inner, null, indent);

        expect(select(`{"other":[1, {"x":"]}"}],"it": ${raw} }`, 'it')).toBe(raw);
        expect(select(`[[],${raw}\n]`, '1')).toBe(raw);
      }),
    );
  });

  it('gives numbers a text that means the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = select(`{"x":${JSON.stringify(value)}}`, 'x');

        expect(text).toMatch(/^-?\d+(\.\d+)?$/);
        expect(Number(text)).toBe(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('takes exactly the texts that JSON.parse takes, leaving control characters aside', () => {
    const nearJson = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '\\', '\\u00', '1', '-', '.5', 'e', '01', 'true', 'nul', 'null', ' ', '\n'), { maxLength: 8 });
    fc.assert(
      fc.property(fc.oneof(nearJson.map((parts) => parts.join('')), fc.json()), (text) => {
        fc.pre(!/"[^"]*\n/.test(text));
        expect(accepts(() => select(text, 'x'))).toBe(accepts(() => JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  it('never quotes the value in an error, nor keeps it as a cause', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 30 }), (noise) => {
        // noise that closes the text could make JSON of it
        const canary = `canary-${noise.replaceAll('"', '')}`;
        for (const act of [() => select(canary, 'a'), () => select(`{"a":"${canary}`, 'a'), () => extract(`["${canary.replaceAll('\\', '')}"]`)]) {
          const error = refusal(act);
          expect(inspect(error, { depth: 9 })).not.toContain('canary');
        }
      }),
    );
  });

  it('refuses bytes that are no text, and nesting that could exhaust the stack', () => {
    const binary = new SecretBytes(Uint8Array.of(0x7b, 0xff, 0x7d));

    expect(refusal(() => selectProperty(binary, 'a', 'path-only')).message).toBe('the value is not JSON: it is not UTF-8 text');
    expect(refusal(() => select('['.repeat(100_000), 'a')).message).toContain('levels');
  });

  it('stays fast on a value of a mebibyte and a hostile pattern', () => {
    const long = `{"k":["${'a'.repeat(1024 * 1024)}"]}`;
    const started = performance.now();

    expect(select(long, 'k.0')).toHaveLength(1024 * 1024);
    const error = refusal(() => select(long, `k.#(%"*${'a'.repeat(50)}b")`));

    expect(error.message).toContain('takes too long');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

function accepts(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

describe('extractMap', () => {
  it('decodes strings and keeps everything else as written', () => {
    const json = String.raw`{ "s": "x\n\u00e9", "n": 1.50, "o": { "k" :  1 }, "a": [ 1 ], "t": true, "z": null, "": "no name", "__proto__": "kept" }`;

    expect(extract(json)).toEqual(
      Object.fromEntries([['s', 'x\né'], ['n', '1.50'], ['o', '{ "k" :  1 }'], ['a', '[ 1 ]'], ['t', 'true'], ['z', ''], ['', 'no name'], ['__proto__', 'kept']]),
    );
  });

  it('lets the last of equal keys count, as encoding/json does', () => {
    expect(extract('{"a":"1","\\u0061":"2"}')).toEqual({ a: '2' });
  });

  it('gives the same as JSON.parse for any object of strings', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (object) => {
        const wellFormed = Object.fromEntries(Object.entries(object).map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]));
        expect(extract(JSON.stringify(wellFormed))).toEqual(wellFormed);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['[]', '"a"', 'null', '1'])('refuses %s, which has no keys', (json) => {
    expect(refusal(() => extract(json)).message).toBe('the value is JSON, but not an object whose keys could be extracted');
  });

  it('refuses what encoding/json refuses: an unescaped line break in a string', () => {
    expect(refusal(() => extract('{"a":"b\nc"}')).message).toContain('control character');
  });
});
