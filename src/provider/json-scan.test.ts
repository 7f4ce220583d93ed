import { expect, test } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { JsonScan, mostScanned, ScanLimitError } from './json-scan.ts';
import { extractMap, selectProperty } from './property.ts';

/** Tells how often its bytes are taken out. */
class CountedBytes extends SecretBytes {
  revealed = 0;

  override reveal(): Uint8Array {
    this.revealed += 1;
    return super.reveal();
  }
}

test('a value is decoded once, however many properties are taken of it', () => {
  const value = new CountedBytes(Buffer.from('{"a":{"b":"1"},"c":"2"}'));
  const scan = new JsonScan();
  const taken = ['a.b', 'c', 'c', 'd'].map((property) => selectProperty(value, property, 'literal-first', scan));

  expect(taken.map((found) => found && Buffer.from(found.reveal()).toString())).toEqual(['1', '2', '2', undefined]);
  expect([...extractMap(value, scan).keys()]).toEqual(['a', 'c']);
  expect(value.revealed).toBe(1);
});

test('each look at a value counts with its size, and too many are refused', () => {
  const value = SecretBytes.fromUtf8(`{"a":"${'x'.repeat(1024 * 1024 - 8)}"}`);
  const scan = new JsonScan();
  for (let looks = 0; looks < mostScanned / value.size; looks += 1) expect(selectProperty(value, 'b', 'path-only', scan)).toBeUndefined();

  expect(() => selectProperty(value, 'b', 'path-only', scan)).toThrow(ScanLimitError);
  expect(() => extractMap(value, scan)).toThrow('all properties together look through more than 32 MiB of JSON');
});

test('what a path goes over again at every level counts, too', () => {
  let nested = '1';
  for (let level = 0; level < 90; level += 1) nested = `{"a":${nested},"b":"${'x'.repeat(10_000)}"}`;
  const value = SecretBytes.fromUtf8(nested);
  const scan = new JsonScan();
  const deep = `${Array.from({ length: 90 }, () => '*').join('.')}.x`;
  const began = performance.now();

  expect(() => selectProperty(value, deep, 'path-only', scan)).toThrow(ScanLimitError);
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('a long path is read once for each element, and counts each time', () => {
  const value = SecretBytes.fromUtf8(`[${Array.from({ length: 50_000 }, () => '{}').join(',')}]`);

  expect(() => selectProperty(value, `#.#(${'a'.repeat(3000)}=="b").c`, 'path-only', new JsonScan())).toThrow(ScanLimitError);
  expect(selectProperty(value, '#.a', 'path-only', new JsonScan())?.reveal()).toEqual(Buffer.from('[]'));
});
