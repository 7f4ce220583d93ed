import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

/** What `patch` does. */
function patched(before: string, diff: string): string {
  const old = before === '' ? [] : before.slice(0, -1).split('\n');
  const made: string[] = [];
  let at = 0;
  for (const line of diff === '' ? [] : diff.slice(0, -1).split('\n')) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/.exec(line);
    if (header !== null) {
      const start = header[2] === '0' ? Number(header[1]) : Number(header[1]) - 1;
      made.push(...old.slice(at, start));
      at = start;
    } else if (line.startsWith('+')) made.push(line.slice(1));
    else {
      expect(old[at]).toBe(line.slice(1));
      if (line.startsWith(' ')) made.push(line.slice(1));
      at += 1;
    }
  }
  made.push(...old.slice(at));
  return made.map((line) => `${line}\n`).join('');
}

describe('unifiedDiff', () => {
  it('says nothing of what is the same', () => {
    expect(unifiedDiff('a\n', 'a\n')).toBe('');
    expect(unifiedDiff('', '')).toBe('');
  });

  it('shows a change with three lines around it, as diff -u does', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `${index + 1}\n`);

    expect(unifiedDiff(lines.join(''), lines.join('').replace('6\n', 'six\n'))).toBe('@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-6\n+six\n 7\n 8\n 9\n');
  });

  it('tells what comes from nothing, and what goes', () => {
    expect(unifiedDiff('', 'a\nb\n')).toBe('@@ -0,0 +1,2 @@\n+a\n+b\n');
    expect(unifiedDiff('a\n', '')).toBe('@@ -1 +0,0 @@\n-a\n');
  });

  it('turns one text into the other, and does not touch more than it must', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '', ' x'), { maxLength: 40 }).map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before, after);

        expect(patched(before, diff)).toBe(after);
        expect(diff === '').toBe(before === after);
      }),
    );
  });

  it('ends soon where texts have nothing in common', () => {
    const of = (name: string): string => Array.from({ length: 6_000 }, (_, index) => `${name}${index}\n`).join('');

    expect(unifiedDiff(of('a'), of('b')).split('\n')).toHaveLength(12_002);
  });
});
