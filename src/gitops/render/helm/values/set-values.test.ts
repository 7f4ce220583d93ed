import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChartError } from '../load/chart-error.ts';
import { setFileValue, setJsonValue, setLiteralValue, setStringValue, setValue } from './set-values.ts';

describe('setValue and its kin', () => {
  it('read Helm\'s grammar, and leave what they were given alone', () => {
    const values = { a: { b: 1 }, list: [1] };

    expect(setValue(values, String.raw`a.c=2,list[2]=x,k\.d={y,true},n=null`)).toEqual({ a: { b: 1, c: 2n }, list: [1, null, 'x'], 'k.d': ['y', true], n: null });
    expect(setStringValue(values, 'a.b=007')).toEqual({ a: { b: '007' }, list: [1] });
    expect(setJsonValue(values, 'a.b={"c":[1]},list=[]')).toEqual({ a: { b: { c: [1] } }, list: [] });
    expect(setLiteralValue(values, 'a.b=x,y=\\{')).toEqual({ a: { b: 'x,y=\\{' }, list: [1] });
    expect(setFileValue(values, 'a.b', Buffer.from('of a file'))).toEqual({ a: { b: 'of a file' }, list: [1] });
    expect(values).toEqual({ a: { b: 1 }, list: [1] });
  });

  it('quote nothing in errors', () => {
    for (const text of ['hunter2', 'x=1,hunter2', 'x[hunter2]=1', 'x={hunter2']) expect(() => setValue({}, text)).toThrow(/^(?!.*hunter2)/);
    expect(() => setJsonValue({}, 'x=hunter2')).toThrow('a value is no JSON (before character 3)');
  });

  it('take any text for the value of a key, once its commas and the like are escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('a1 ,\\=[]{}."\n\0é😀')) }), (text) => {
        expect(setStringValue({}, `k=x${text.replaceAll(/[,\\]/g, String.raw`\$&`)}`)).toEqual({ k: `x${text}` });
      }),
    );
  });

  it('answer or refuse whatever they are given', () => {
    const pieces = fc.constantFrom('a', 'b', '.', '[', ']', '0', '1', '=', ',', '{', '}', '\\', ' ', '"', 'null', '__proto__');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        for (const set of [setValue, setStringValue, setJsonValue, setLiteralValue]) {
          try {
            expect(Object.getPrototypeOf(set({ a: [{}] }, parts.join('')))).toBe(Object.prototype);
          } catch (error) {
            expect(error).toBeInstanceOf(ChartError);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
