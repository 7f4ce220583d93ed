import { expect, it } from 'vitest';
import { runGenerator, specProblem } from '../../test/support/run-generator.ts';
import { fakeGenerator } from './fake.ts';

it('a Fake gives what it says, to the letter', async () => {
  const data = { empty: '', text: 'line\nß \u{1f511}\n', json: '{"a": 1}', __proto: 'x' };

  expect(await runGenerator(fakeGenerator, { controller: 'blue', data })).toEqual(data);
  expect(await runGenerator(fakeGenerator, {})).toEqual({});
});

it.each([
  [{ data: { number: 5 } }, 'data.number: must be string, received number'],
  [{ data: ['a'] }, 'data: must be record, received array'],
  [{ dat: {} }, 'dat: unknown field'],
])('a Fake that is none says where: %j', (spec, problem) => {
  expect(specProblem(fakeGenerator, spec)).toBe(problem);
});
