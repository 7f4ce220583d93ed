import { SecretBytes } from '../../lib/secret-bytes.ts';

/** A map of strings on its way back from a thread: its values are in one buffer, one behind the other. */
export interface PackedValues {
  readonly keys: readonly string[];
  /** Where each value ends. */
  readonly ends: Uint32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Copies texts into one buffer, as UTF-8. */
export function packValues(values: ReadonlyMap<string, string>): PackedValues {
  const bytes = Buffer.from(new ArrayBuffer(sum(values.values())));
  const ends = new Uint32Array(values.size);
  let size = 0;
  for (const [index, value] of [...values.values()].entries()) {
    size += bytes.write(value, size, 'utf8');
    ends[index] = size;
  }
  return { keys: [...values.keys()], ends, bytes };
}

/** Copies byte strings, each with its key, into one buffer. */
export function packBytes(entries: readonly (readonly [key: string, bytes: Uint8Array])[]): PackedValues {
  const bytes = new Uint8Array(entries.reduce((size, [, value]) => size + value.length, 0));
  const ends = new Uint32Array(entries.length);
  let end = 0;
  for (const [index, [, value]] of entries.entries()) {
    bytes.set(value, end);
    end += value.length;
    ends[index] = end;
  }
  return { keys: entries.map(([key]) => key), ends, bytes };
}

/** What keys and values take together. */
export function sizeOfValues({ keys, bytes }: PackedValues): number {
  return bytes.length + sum(keys);
}

function sum(texts: Iterable<string>): number {
  let size = 0;
  for (const text of texts) size += Buffer.byteLength(text, 'utf8');
  return size;
}

/** The map again; its values share the buffer. */
export function unpackValues({ keys, ends, bytes }: PackedValues): ReadonlyMap<string, SecretBytes> {
  return new Map(keys.map((key, index) => [key, new SecretBytes(bytes.subarray(ends[index - 1] ?? 0, ends[index]))]));
}
