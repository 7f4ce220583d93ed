import { expect, test } from 'vitest';
import { externalSecret, externalSecretObject } from '../../../test/support/external-secret.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { ExternalSecret } from '../../api/external-secret.ts';
import { parseExternalSecret } from '../../api/external-secret.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import { failed, resultOf, synced } from './outcomes.ts';
import { refreshTimeLag } from './refresh-schedule.ts';
import { isToldByAnother, report, statusAfterSync } from './report.ts';
import type { LastSync } from './sync-memory.ts';
import { SyncMemory } from './sync-memory.ts';

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

test.each<[LastSync['result'], object]>([
  ['synced', { binding: { name: 'database' } }],
  ['retained', {}],
  ['deleted', { binding: null }],
  ['missing', { binding: null }],
])('after a sync that came to %s the binding is as the Secret is', (result, binding) => {
  expect(statusAfterSync(declared({ syncedResourceVersion: '' }), { ...after(0), result: result ?? 'synced' }, false)).toEqual({ refreshTime: '2026-01-01T00:00:00Z', syncedResourceVersion: '1-a', ...binding });
});

test('the reasons of External Secrets\' conditions are understood', () => {
  for (const result of ['synced', 'retained', 'deleted', 'missing'] as const) expect(resultOf(synced(Infinity, result))).toBe(result);
  expect(synced(Infinity, 'retained')).toEqual({ kind: 'synced', reason: 'SecretSynced', message: 'secret retained due to DeletionPolicy=Retain' });
});

test('what has failed for longer than two intervals and a minute says when it was last in sync', async () => {
  const clock = createFakeClock(start);
  const object = externalSecretObject({ spec: { refreshInterval: '10m' }, status: { refreshTime: '2026-01-01T00:00:00Z', conditions: [ready] } });
  const entry = parsedObject(object, parseExternalSecret);
  const memory = new SyncMemory();
  const message = (): string => report(entry, failed('the provider is away'), { memory, clock }).outcome.message;

  await clock.advance(21 * 60_000);
  expect(message()).toBe('the provider is away');
  await clock.advance(1);
  expect(message()).toBe('the provider is away; last synced 2026-01-01T00:00:00Z');
  expect(report(entry, synced(1), { memory, clock }).outcome.message).toBe('secret synced');
  memory.recordSync('uid-database', { version: '1-a', at: 0, time: start + 20 * 60_000 });
  expect(message()).toBe('the provider is away');
});
