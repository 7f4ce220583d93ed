import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatch } from './merge-patch.ts';

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 7386, as an API server does it. */
function applyPatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = applyPatch(result[name], value);
  }
  return result;
}

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
const names = fc.constantFrom('a', 'b', 'c', 'd');
const { tree } = fc.letrec((tie) => ({ tree: fc.dictionary(names, fc.oneof({ depthSize: 'small' }, leaf, tie('tree'))) }));

describe('mergePatch', () => {
  it('says nothing where nothing differs', () => {
    expect(mergePatch({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toBeUndefined();
  });

  it('holds only what differs, and null for what goes', () => {
    expect(mergePatch({ a: 1, b: { c: 1, d: 2 }, e: [1] }, { a: 1, b: { d: 3 }, e: [1, 2] })).toEqual({ b: { c: null, d: 3 }, e: [1, 2] });
  });

  it('turns the one into the other, whatever they are', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        const [from, to] = [before as Fields, after as Fields];

        expect(applyPatch(from, mergePatch(from, to) ?? {})).toEqual(to);
      }),
    );
  });
});
