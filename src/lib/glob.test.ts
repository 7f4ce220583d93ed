import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from './glob.ts';

describe('compileGlob', () => {
  it.each([
    ['*.yaml', 'a.yaml', true],
    ['*.yaml', 'deep/down/a.yaml', true],
    ['*.yaml', 'a.yml', false],
    ['{*.yml,*.yaml}', 'x/a.yml', true],
    ['{a,b{c,d}}.json', 'bd.json', true],
    ['{a,b{c,d}}.json', 'b.json', false],
    ['config-?.yaml', 'config-1.yaml', true],
    ['config-?.yaml', 'config-.yaml', false],
    ['[a-c].yaml', 'b.yaml', true],
    ['[!a-c].yaml', 'b.yaml', false],
    ['[!a-c].yaml', 'x.yaml', true],
    ['a,b.yaml', 'a,b.yaml', true],
    ['\\*.yaml', '*.yaml', true],
    ['\\*.yaml', 'a.yaml', false],
    ['env-usw2/*', 'env-usw2/a/b.yaml', true],
    ['(a|b)+$.yaml', '(a|b)+$.yaml', true],
    ['', '', true],
  ])('%j against %j: %s', (glob, path, matches) => {
    expect(compileGlob(glob)?.(path)).toBe(matches);
  });

  it.each(['[a', '{a', '{a,{b}', 'a\\', '[]', '[z-a]', 'x'.repeat(1025)])('refuses %j', (glob) => {
    expect(compileGlob(glob)).toBeUndefined();
  });

  it('takes linear time, whatever the glob', () => {
    const glob = compileGlob(`${'*a'.repeat(200)}b`);
    const started = performance.now();

    expect(glob?.('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('matches what it is the escaped form of, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 50 }), fc.string({ maxLength: 50 }), (glob, path) => {
        const escaped = path.replaceAll(/[\\*?[\]{},!]/g, '\\$&');

        expect(compileGlob(escaped)?.(path)).toBe(true);
        expect(['boolean', 'undefined']).toContain(typeof compileGlob(glob)?.(path));
      }),
    );
  });
});
