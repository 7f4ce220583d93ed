import { expect, it } from 'vitest';
import type { ApplicationStatus } from '../../api/application-status.ts';
import { awaitedDependencies, type Dependency } from './awaited-dependencies.ts';

const good: ApplicationStatus = {
  sync: { status: 'Synced', revision: 'a'.repeat(40) },
  health: { status: 'Healthy' },
  operationState: { operation: {}, phase: 'Succeeded', startedAt: '2026-01-01T00:00:00Z' },
};
const failed: ApplicationStatus = { ...good, sync: { status: 'OutOfSync' }, operationState: { operation: {}, phase: 'Failed', message: 'no such key', startedAt: '' } };

it.each<[string, Partial<Dependency>, string | undefined]>([
  ['is in and healthy', {}, undefined],
  ['was in before anybody synced it', { status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } } }, undefined],
  ['is healthy at another commit of the same branch', { missingCommit: 'b'.repeat(40) }, 'Application argocd/stores is not at bbbbbbbbbbbb yet'],
  ['is healthy as it was declared before', { isCurrent: false }, 'Application argocd/stores is not in as it is declared now'],
  ['is not there', { status: undefined }, 'Application argocd/stores does not exist'],
  ['has no status yet', { status: {}, isCurrent: false }, 'Application argocd/stores is not in: it has not been looked at yet'],
  ['has failed', { status: failed }, 'Application argocd/stores is not in: no such key'],
  ['has failed in another namespace', { status: failed, tellsMessages: false }, 'Application argocd/stores is not in'],
  ['runs its last hooks', { status: { ...good, operationState: { operation: {}, phase: 'Running', message: 'waiting for hook Job x', startedAt: '' } } }, 'Application argocd/stores is not in: waiting for hook Job x'],
  ['has drifted', { status: { ...good, sync: { status: 'OutOfSync' } } }, 'Application argocd/stores is OutOfSync'],
  ['is not healthy', { status: { ...good, health: { status: 'Degraded', message: 'a store is down' } } }, 'Application argocd/stores is Degraded: a store is down'],
  ['is of unknown health', { status: { ...good, health: { status: 'Unknown' } } }, 'Application argocd/stores is Unknown'],
  ['is in where nothing runs', { status: { ...good, health: { status: 'Unknown' } }, isRecorded: true }, undefined],
  ['is broken even where nothing runs', { status: { ...good, health: { status: 'Degraded' } }, isRecorded: true }, 'Application argocd/stores is Degraded'],
  ['has no health yet', { status: { sync: { status: 'Synced' } } }, 'Application argocd/stores is Unknown'],
])('a dependency that %s', (_title, more, message) => {
  expect(awaitedDependencies([{ name: 'argocd/stores', status: good, isCurrent: true, tellsMessages: true, isRecorded: false, ...more }])).toEqual(message === undefined ? [] : [message]);
});
