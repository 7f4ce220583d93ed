import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

describe('nearest', () => {
  it.each([
    ['tokne', ['token', 'user'], 'token'],
    ['passwrd', ['username', 'password'], 'password'],
    ['KEY', ['key'], 'key'],
    ['key', ['pub'], undefined],
    ['block-producer-3-keys', ['block-producer-1-keys', 'seed-keys'], 'block-producer-1-keys'],
    ['x', [], undefined],
  ])('to %j among %j is %j', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });

  it('is the name itself where it is among them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), fc.nat(), (names, index) => {
        const name = names[index % names.length] ?? '';

        expect(nearest(name, names)?.toLowerCase()).toBe(name.toLowerCase());
      }),
    );
  });
});
