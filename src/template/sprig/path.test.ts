import { posix } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { clean } from './path.ts';

const anyPath = fc.array(fc.constantFrom('a', 'b.c', '.', '..', '/', '//')).map((parts) => parts.join(''));

describe('clean', () => {
  const context = testContext();

  it('means the same as the path, and is clean', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        expect(posix.resolve('/x/y', clean(context, path))).toBe(posix.resolve('/x/y', path));
        expect(clean(context, clean(context, path))).toBe(clean(context, path));
        expect(clean(context, path)).toMatch(/^(\/|[^/]+(\/[^/]+)*|(\/[^/]+)+)$/);
      }),
    );
  });
});
