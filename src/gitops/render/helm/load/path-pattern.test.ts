import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HelmIgnore } from './helm-ignore.ts';
import { PathPattern } from './path-pattern.ts';

describe('PathPattern', () => {
  // of Go's documentation of filepath.Match
  it.each([
    ['a*c', 'abbc', true],
    ['a*c', 'a/c', false],
    ['*/x?', 'a/xy', true],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[^a]', '/', true],
    [String.raw`\*`, '*', true],
    [String.raw`[\]]`, ']', true],
    ['a*b*c', 'a1b2b3c', true],
    ['*', '', true],
    ['', 'a', false],
  ])('has %j match %j: %j', (pattern, path, matches) => {
    expect(new PathPattern(pattern).matches(path)).toBe(matches);
  });

  it.each(['[', '[a', '[]a]', '[-]', 'a\\', '[a-', '[x-]'])('refuses %j', (pattern) => {
    expect(() => new PathPattern(pattern)).toThrow('malformed');
  });

  it('matches any path that has no special characters itself, and does not take long for many stars', () => {
    fc.assert(fc.property(fc.string().filter((text) => !/[*?[\\]/.test(text)), (text) => new PathPattern(text).matches(text)));

    expect(new PathPattern('*a'.repeat(200) + 'b').matches('a'.repeat(2_000))).toBe(false);
  });
});

describe('HelmIgnore', () => {
  it('leaves out folders with all in them, and files by name or path', () => {
    const rules = new HelmIgnore('# comment\nsecret/\n*.md\n/top.txt\nci/*.yaml\n');

    expect(['secret/a/b', 'a/README.md', 'top.txt', 'ci/x.yaml', 'templates/.x'].map((path) => rules.ignores(path))).toEqual([true, true, true, true, true]);
    expect(['secret', 'a/top.txt', 'ci/a/x.yaml', 'templates/_x'].map((path) => rules.ignores(path))).toEqual([false, false, false, false]);
  });

  it('leaves out all that a rule with ! does not match, as Helm does', () => {
    expect(new HelmIgnore('!keep').ignores('keep')).toBe(false);
    expect(new HelmIgnore('!keep').ignores('Chart.yaml')).toBe(true);
  });

  it('names the line of a rule that is refused', () => {
    expect(() => new HelmIgnore('a\n**/b\n')).toThrow('.helmignore: line 2: double-star (**) is not supported');
    expect(() => new HelmIgnore('a[\n')).toThrow('.helmignore: line 1: a pattern is malformed');
  });
});
