import { expect, it } from 'vitest';
import { runGenerator, specProblem } from '../../test/support/run-generator.ts';
import { uuidGenerator } from './uuid.ts';

it('a UUID is random: version 4, in lower case, another one each time', async () => {
  const first = await runGenerator(uuidGenerator, {});

  expect(Object.keys(first)).toEqual(['uuid']);
  expect(first['uuid']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(await runGenerator(uuidGenerator, {})).not.toEqual(first);
});

it('a UUID has no fields', () => {
  expect(specProblem(uuidGenerator, { version: 1 })).toBe('version: unknown field');
});
