import { expect, test } from 'vitest';
import { z } from 'zod';
import { formatErrors, formatPath, parse, unsupported } from './schema.ts';

const schema = z.strictObject({
  name: z.string(),
  mode: z.enum(['fast', 'slow']),
  hooks: unsupported(),
  list: z.array(z.strictObject({ key: z.string().min(2, 'is too short') })),
});

test('every error names its path, in words, without the input', () => {
  const parsed = parse(schema, { mode: 'hunter2', hooks: { a: 1 }, list: [{ key: 'x' }, { key: 7, extra: true }], more: 1 });

  expect(parsed.ok ? [] : parsed.errors.map((error) => formatErrors([error]))).toEqual([
    'name: is required',
    'mode: must be one of "fast", "slow"',
    'hooks: is not supported by this version of Prelude; remove it',
    'list[0].key: is too short',
    'list[1].key: must be string, received number',
    'list[1].extra: unknown field',
    'more: unknown field',
  ]);
});

test('an unsupported field that is absent is no error', () => {
  const parsed = parse(schema, { name: 'a', mode: 'fast', list: [] });

  expect(parsed).toEqual({ ok: true, value: { name: 'a', mode: 'fast', list: [] } });
});

test('a path is written as Kubernetes writes it', () => {
  expect(formatPath(['metadata', 'annotations', 'a.b/c'])).toBe('metadata.annotations[a.b/c]');
  expect(formatPath(['spec', 'data', 0, 'remoteRef', 'key'])).toBe('spec.data[0].remoteRef.key');
  expect(formatPath([])).toBe('');
});
