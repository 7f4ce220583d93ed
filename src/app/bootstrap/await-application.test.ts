import { describe, expect, it } from 'vitest';
import type { ApplicationStatus } from '../../api/application-status.ts';
import { isUp, waitsFor } from './await-application.ts';

const followed = { url: 'https://git.example/a.git', revision: 'main', path: 'clusters/main' };
const source = { repoURL: followed.url, targetRevision: 'main', path: 'clusters/main' };
const operationState = { operation: {}, phase: 'Succeeded', startedAt: '2026-01-01T00:00:00Z' } as const;
const up: ApplicationStatus = { sync: { status: 'Synced', revision: 'a', comparedTo: { source } }, health: { status: 'Healthy' }, operationState };

describe('the first Application', () => {
  it('is up when it is Synced, Healthy and has ended its operation, for the source that was asked for', () => {
    expect(isUp(up, followed)).toBe(true);
    expect(isUp({ ...up, health: { status: 'Progressing' } }, followed)).toBe(false);
    expect(isUp({ ...up, sync: { status: 'OutOfSync', comparedTo: { source } } }, followed)).toBe(false);
    expect(isUp({ ...up, operationState: { ...operationState, phase: 'Running' } }, followed)).toBe(false);
    expect(isUp({}, followed)).toBe(false);
    for (const other of [{ url: 'https://git.example/b.git' }, { revision: 'next' }, { path: '.' }]) expect(isUp(up, { ...followed, ...other })).toBe(false);
  });

  it('says what it waits for: an error first, then its operation, then what is not well', () => {
    expect(waitsFor({ ...up, conditions: [{ type: 'ComparisonError', message: 'no such folder' }] })).toBe('no such folder');
    expect(waitsFor({ ...up, operationState: { ...operationState, phase: 'Running', message: 'waiting for Secret a' } })).toBe('Running: waiting for Secret a');
    expect(waitsFor({ ...up, health: { status: 'Degraded', message: 'it crashes' } })).toBe('Synced, Degraded: it crashes');
    expect(waitsFor({})).toBeUndefined();
  });
});
