import { expect, it } from 'vitest';
import type { RenderedObject } from '../../../plan/plan.ts';
import { taintObjects } from './taint-objects.ts';

it('marks where texts of Secrets stand, in values and keys, and not in names', () => {
  const rendered: RenderedObject = {
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'hunter2', labels: { a: 'b' } }, data: { plain: 'x hunter2', other: 'y' }, more: { list: ['z', { hunter3: 1 }] } },
    origin: { file: 'a.yaml', line: 1 }, taint: [],
  };
  const { objects } = taintObjects([rendered], [[rendered]], ['hunter2', 'hunter3', 'nowhere']);

  expect(objects).toMatchObject([{ holdsValues: true, taint: expect.toSatisfy((paths: unknown) => JSON.stringify(paths) === '[["data","plain"],["more","list",1]]') }]);
});
