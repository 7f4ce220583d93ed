import { expect, test } from 'vitest';
import type { ObjectMeta } from '../api/object.ts';
import { objectVersion } from './object-version.ts';

function versionOf(metadata: Partial<ObjectMeta>) {
  return objectVersion({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', ...metadata } });
}

test('a version is that of one object: made anew under the same name it is another', () => {
  expect(versionOf({ uid: 'a', resourceVersion: '1' }).version).toBe(versionOf({ uid: 'a', resourceVersion: '1', labels: { x: 'y' } }).version);
  expect(versionOf({ uid: 'a', resourceVersion: '1' }).version).not.toBe(versionOf({ uid: 'a', resourceVersion: '2' }).version);
  expect(versionOf({ uid: 'a', resourceVersion: '1' }).version).not.toBe(versionOf({ uid: 'b', resourceVersion: '1' }).version);
});

test('the last write is the newest of all managers, or the creation', () => {
  const creationTimestamp = '2026-01-01T00:00:00Z';
  const managedFields = [{ manager: 'a', time: '2026-01-03T00:00:00Z' }, { manager: 'b', time: '2026-01-02T00:00:00Z' }, { manager: 'c' }, 'nonsense', { time: 'nonsense' }];

  expect(versionOf({ creationTimestamp, managedFields }).writtenAt).toBe(Date.parse('2026-01-03T00:00:00Z'));
  expect(versionOf({ creationTimestamp }).writtenAt).toBe(Date.parse(creationTimestamp));
  expect(versionOf({}).writtenAt).toBe(0);
});
