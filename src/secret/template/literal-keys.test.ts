import { expect, it } from 'vitest';
import { literalKeys } from './literal-keys.ts';

it('the keys of a literal are known without rendering it, unless it is no YAML of keys and values', () => {
  expect(literalKeys('a: 1\nb: |\n  c: d\n')).toEqual(['a', 'b']);
  expect(literalKeys('')).toEqual([]);
  expect(literalKeys('- a')).toBeUndefined();
  expect(literalKeys('a: [')).toBeUndefined();
});

it('a literal that takes too much to read has no keys that are known', () => {
  const merges = Array.from({ length: 30 }, (_, level) => `l${level}: &l${level} {<<: [${level === 0 ? '' : Array.from({ length: 9 }, () => `*l${level - 1}`).join()}]}\n`).join('');
  const copies = `a: &a ${'x'.repeat(100_000)}\n${Array.from({ length: 10_000 }, (_, index) => `k${index}: *a\n`).join('')}`;

  for (const literal of [`${merges}<<: *l29\n`, copies, Array.from({ length: 60_000 }, (_, index) => `k${index}: ${index}.5\n`).join('')]) {
    expect(literalKeys(literal)).toBeUndefined();
  }
});
