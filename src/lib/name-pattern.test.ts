import { describe, expect, it } from 'vitest';
import { compileNamePattern } from './name-pattern.ts';

describe('a pattern of names', () => {
  it.each<[string, string, boolean | undefined]>([
    ['team-*', 'team-a', true],
    ['team-*', 'my-team-a', false],
    ['/^team-.*$/', 'team-a', true],
    ['/^team-.*$/', 'my-team-a', false],
    ['/team/', 'my-team-a', true],
    ['/^team-(a|b)$/', 'team-c', false],
    ['/^team-(?!a)/', 'team-b', undefined],
    ['/team-(/', 'team-b', undefined],
    ['[', 'team-b', undefined],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(compileNamePattern(pattern)?.(name)).toBe(expected);
  });
});
