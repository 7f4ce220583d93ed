import type { TextBuilder } from './text-builder.ts';

/** What stands at a place of a byte string: the bytes that it takes, and what is written for them where they do not stay. */
export interface Escape {
  readonly size: number;
  readonly escape?: string | undefined;
}

/** A byte that stays. */
export const oneByte: Escape = { size: 1 };

/** Writes a byte string in which some bytes are escaped; runs of those that stay are copied at once. */
export function escapeText(bytes: string, escapeAt: (bytes: string, index: number) => Escape, into: TextBuilder): void {
  // up to where it is written
  let start = 0;
  for (let index = 0; index < bytes.length; ) {
    const { size, escape } = escapeAt(bytes, index);
    if (escape !== undefined) {
      into.add(bytes.slice(start, index));
      into.add(escape);
      start = index + size;
    }
    index += size;
  }
  into.add(start === 0 ? bytes : bytes.slice(start));
}
