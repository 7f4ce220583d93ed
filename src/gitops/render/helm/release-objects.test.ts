import { expect, it } from 'vitest';
import { createReleaseReader, releaseObjects } from './release-objects.ts';

const secret = (password: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {password: ${password}}\n`;
const release = (password: string): Parameters<typeof releaseObjects>[0] => [
  { file: 'templates/settings.yaml', text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n' },
  { file: 'templates/login.yaml', text: secret(password) },
];

it('reads what the renders of one Application have in common once, and what differs as it is', () => {
  const reader = createReleaseReader();
  const [one, other] = ['a', 'b'].map((password) => releaseObjects(release(password), (file) => `chart/${file}`, reader).objects);

  expect(other?.[0]?.object).toBe(one?.[0]?.object);
  expect([one, other].map((objects) => objects?.[1]?.object['stringData'])).toEqual([{ password: 'a' }, { password: 'b' }]);
  expect(one?.map(({ origin }) => origin.file)).toEqual(['chart/templates/settings.yaml', 'chart/templates/login.yaml']);
});

it('remembers nothing of it for another Application', () => {
  const [one, other] = [1, 2].map(() => releaseObjects(release('a'), (file) => file, createReleaseReader()).objects);

  expect(other).toEqual(one);
  expect(other?.[1]?.object).not.toBe(one?.[1]?.object);
});
