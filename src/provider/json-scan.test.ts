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
