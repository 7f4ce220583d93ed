import { describe, expect, it } from 'vitest';
import { LimitError } from '../template-error.ts';
import { createMeter, defaultLimits } from '../worker/limits.ts';
import { decodeStringMap } from './decode-string-map.ts';

const decode = (text: string): Readonly<Record<string, string>> => Object.fromEntries(decodeStringMap(Buffer.from(text), createMeter(defaultLimits)));

// the answers are those of k8s.io/apimachinery v0.34.1
describe('decodeStringMap', () => {
  it('takes numbers and booleans for their text, and null for an empty one', () => {
    const text = 'text: a\nquoted: "07"\nint: 0x1f\nyes: on\nnothing: ~\nempty:\ndate: 2001-01-01\nlarge: 18446744073709551615\nblock: |\n  x\n  y\n';

    expect(decode(text)).toEqual({ text: 'a', quoted: '07', int: '31', true: 'true', nothing: '', empty: '', date: '2001-01-01', large: '18446744073709551615', block: 'x\ny\n' });
  });

  it('has no more of a number with a fraction than a float32', () => {
    const text = 'a: 0.1\nb: 123456.789\nc: 1e40\nd: .nan\ne: -.inf\nf: 1e-45\ng: 16777217.5\nh: 3.4028235e38\n1.5: key\n1e39: key\n';

    expect(decode(text)).toEqual({ a: '0.1', b: '123456.79', c: '+Inf', d: 'NaN', e: '-Inf', f: '1e-45', g: '1.6777218e+07', h: '3.4028235e+38', '1.5': 'key', '.inf': 'key' });
  });

  it('reads the first document only, the last of equal keys, and nothing as no keys', () => {
    expect(decode('a: 1\na: 2\n---\nb: [')).toEqual({ a: '2' });
    expect(decode('')).toEqual({});
    expect(decode('null')).toEqual({});
  });

  it('counts the entry that is a list or a map, and quotes neither key nor value', () => {
    expect(() => decode('ok: hunter2\nlist: [hunter2]\n')).toThrow('the value of entry 2 is a list; only strings, numbers and booleans are taken (line 1, column 1)');
    expect(() => decode('map: {hunter2: hunter2}\n')).toThrow('the value of entry 1 is a map');
    expect(() => decode('hunter2')).toThrow('this is not a map of keys and values');
  });

  it('charges each alias for what it becomes, and does not look into lists and maps', () => {
    const shared = (count: number): string => `a: &a ${'x'.repeat(100_000)}\n${Array.from({ length: count }, (_, index) => `k${index}: *a\n`).join('')}`;
    const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join()}]\n`).join('');

    expect(Object.keys(decode(shared(50)))).toHaveLength(51);
    expect(() => decode(shared(2_000))).toThrow(LimitError);
    expect(() => decode(`l0: &l0 x\n${levels}`)).toThrow('the value of entry 2 is a list');
    expect(() => decode(Array.from({ length: 100_000 }, (_, index) => `k${index}: ${index}.5\n`).join(''))).toThrow(LimitError);
  });

  it('has room for all that a Secret holds', () => {
    expect(Object.keys(decode(Array.from({ length: 70_000 }, (_, index) => `key${index}: v\n`).join('')))).toHaveLength(70_000);
    expect(decode(`a: ${'x'.repeat(1024 * 1024)}\n`)['a']).toHaveLength(1024 * 1024);
    expect(decode(`a: |\n${'  é x\n'.repeat(170_000)}`)['a']).toHaveLength(4 * 170_000);
  });

  it('refuses what is no YAML, and keys that are no text', () => {
    expect(() => decode('a: [')).toThrow('did not find expected node content');
    expect(() => decode('~: a')).toThrow('a key is null');
    expect(() => decodeStringMap(Uint8Array.of(0x61, 0x3a, 0x20, 0xff), createMeter(defaultLimits))).toThrow('invalid leading UTF-8 octet');
  });
});
