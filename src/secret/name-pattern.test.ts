import { expect, test } from 'vitest';
import { ProviderError } from '../provider/provider-error.ts';
import { namePattern } from './name-pattern.ts';

function matches(source: string, name: string): boolean | string {
  const pattern = namePattern(source);
  return pattern instanceof ProviderError ? `${pattern.kind}: ${pattern.message}` : pattern.matches(name);
}

test.each([
  ['db', 'prod/db/main', true],
  ['^db', 'prod/db/main', false],
  ['^prod/[^/]+$', 'prod/db', true],
  ['^prod/[^/]+$', 'prod/db/main', false],
  ['(?i)PROD', 'prod', true],
  ['schlüssel', 'mein-schlüssel', true],
  ['^.$', '😀', true],
  ['(?P<name>a)', 'a', true],
])('%j on %j: %j', (source, name, expected) => {
  expect(matches(source, name)).toBe(expected);
});

test('a pattern that is none, or too large, is said by its field', () => {
  expect(matches('(', 'a')).toBe('invalid: find.name.regexp: error parsing regexp: missing closing )');
  expect(matches('(?=a)', 'a')).toMatch(/^invalid: find\.name\.regexp: error parsing regexp: /);
  expect(matches(String.raw`\pL{1000}`.repeat(100), 'a')).toBe('invalid: find.name.regexp: the regular expression is too large');
  expect(matches('(a?){900}', 'a')).toBe('invalid: find.name.regexp is too large: write a simpler pattern');
});

test('a pattern that takes too long on too many names ends the search, and says what to do', () => {
  const pattern = namePattern('(x?){80}[^x]');
  if (pattern instanceof ProviderError) throw pattern;
  const name = 'x'.repeat(500);
  const search = (): void => {
    for (let count = 0; count < 10_000; count += 1) pattern.matches(name);
  };

  expect(search).toThrow(new ProviderError('invalid', 'find.name.regexp takes too long: find fewer names by a path, or write a simpler pattern'));
});

test('thirty thousand names are no trouble for a usual pattern', () => {
  const pattern = namePattern('^prod/(db|cache)-[0-9]+$');
  if (pattern instanceof ProviderError) throw pattern;
  let found = 0;
  for (let index = 0; index < 30_000; index += 1) if (pattern.matches(`prod/${index % 2 === 0 ? 'db' : 'web'}-${index}`)) found += 1;

  expect(found).toBe(15_000);
});
