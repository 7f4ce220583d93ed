import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filesWithin, isWithin } from './tree-limits.ts';

describe('filesWithin', () => {
  it('finds just the files that are the folder or below it', () => {
    const step = fc.constantFrom('a', 'b', 'a.yaml', 'a0', 'a-b', 'A', 'é', '😀');
    const path = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 30 }), fc.oneof(path, fc.constant('')), (paths, folder) => {
        const files = paths.map((name) => ({ path: name })).toSorted((a, b) => (a.path < b.path ? -1 : 1));

        expect(filesWithin(files, folder)).toEqual(files.filter((file) => isWithin(file.path, folder)));
      }),
      { numRuns: 500 },
    );
  });
});
