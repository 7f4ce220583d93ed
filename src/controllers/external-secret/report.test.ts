import { expect, test } from 'vitest';
import { externalSecret } from '../../../test/support/external-secret.ts';
import type { ExternalSecret } from '../../api/external-secret.ts';
import { synced } from './outcomes.ts';
import { refreshTimeLag } from './refresh-schedule.ts';
import { isToldByAnother, statusAfterSync } from './report.ts';

const start = Date.UTC(2026, 0, 1);
const lag = refreshTimeLag('uid-database');
const ready = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: '2026-01-01T00:00:00Z' };

function declared(status: Readonly<Record<string, unknown>> = {}): ExternalSecret {
  return externalSecret({ status: { refreshTime: '2026-01-01T00:00:00Z', syncedResourceVersion: '1-a', binding: { name: 'database' }, conditions: [ready], ...status } });
}

function after(ms: number, version = '1-a'): Parameters<typeof statusAfterSync>[1] {
  return { version, time: start + ms, at: 0 };
}

test('a refresh time is written once it lags by more than its share of one to two hours', () => {
  expect(statusAfterSync(declared(), after(lag - 1), false)).toBeUndefined();
  expect(statusAfterSync(declared(), after(lag), false)).toMatchObject({ syncedResourceVersion: '1-a' });
});

test.each([
  ['the Secret was written', declared(), '1-a', true],
  ['another version was synced', declared(), '2-b', false],
  ['an earlier write of the status failed', declared({ syncedResourceVersion: '' }), '1-a', false],
  ['it was not ready before', declared({ conditions: [{ ...ready, status: 'False' }] }), '1-a', false],
])('the status is brought up to date where %s', (_why, object, version, wrote) => {
  expect(statusAfterSync(object, after(60_000, version), wrote)).toEqual({ refreshTime: '2026-01-01T00:01:00Z', syncedResourceVersion: version, binding: { name: 'database' } });
});

test("another controller's words are recognised by the generation they lack", () => {
  expect(isToldByAnother(declared(), synced(1))).toBe(true);
  expect(isToldByAnother(declared({ conditions: [{ ...ready, observedGeneration: 1 }] }), synced(1))).toBe(false);
  expect(isToldByAnother(declared({ conditions: [{ ...ready, message: 'otherwise' }] }), synced(1))).toBe(false);
});
