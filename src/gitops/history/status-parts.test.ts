import { describe, expect, it } from 'vitest';
import type { ResourceStatus } from '../../api/application-status.ts';
import type { Plan } from '../plan/plan.ts';
import { phaseNames } from '../plan/plan.ts';
import { mergeConditions } from './application-conditions.ts';
import { applicationHealth, healthStatus } from './application-health.ts';
import { inventoryOfStatus } from './inventory.ts';
import type { LiveObject, LiveView } from '../apply/object/live-view.ts';
import type { ObjectOutcome } from '../apply/sync-run.ts';
import { type Health, healthy } from '../health/health.ts';
import type { ResourceType } from '../../kube/port.ts';
import { revisionOf } from './plan-revision.ts';
import { judgeResources, resultsOf } from './resource-status.ts';
import type { JudgedResource } from './resource-status.ts';
import { addHistory } from './revision-history.ts';

const now = Date.UTC(2026, 0, 1);
const then = '2025-01-01T00:00:00Z';

describe('mergeConditions', () => {
  it('keeps the time of what has not changed, and conditions of others', () => {
    const before = [{ type: 'OrphanedResourceWarning', message: 'theirs' }, { type: 'SyncError', message: 'a', lastTransitionTime: then }];

    expect(mergeConditions(before, [{ type: 'SyncError', message: 'a' }], now)).toBe(before);
    expect(mergeConditions(before, [{ type: 'SyncError', message: 'b' }], now)).toEqual([before[0], { type: 'SyncError', message: 'b', lastTransitionTime: '2026-01-01T00:00:00Z' }]);
    expect(mergeConditions(before, [], now)).toEqual([before[0]]);
  });
});

describe('addHistory', () => {
  it('numbers on and keeps the newest', () => {
    const deployment = { revision: 'b', source: {}, startedAt: then, initiatedBy: { automated: true } };
    const history = [{ id: 6, revision: 'x', deployedAt: then }, { id: 7, revision: 'a', deployedAt: then }];

    expect(addHistory(history, deployment, { limit: 2, now }).map(({ id, revision }) => `${id} ${revision}`)).toEqual(['7 a', '8 b']);
    expect(addHistory([], deployment, { limit: 10, now })).toMatchObject([{ id: 0, initiatedBy: { automated: true } }]);
    expect(addHistory(history, deployment, { limit: 0, now }).map(({ id }) => id)).toEqual([8]);
  });
});

describe('inventoryOfStatus', () => {
  const resource: ResourceStatus = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'devnet', name: 'a' };

  it('lists what was applied, hooks and fragments left out', () => {
    const resources = [resource, { ...resource, name: 'b', hook: true }, { kind: 'ConfigMap' }, { ...resource, kind: 'ClusterRole', namespace: '' }];

    expect(inventoryOfStatus({ resources })?.map(({ kind, namespace, name }) => `${kind} ${namespace ?? '-'}/${name}`)).toEqual(['ConfigMap devnet/a', 'ClusterRole -/a']);
  });

  it('tells a list that was never written from one that was lost', () => {
    expect(inventoryOfStatus({})).toEqual([]);
    expect(inventoryOfStatus({ history: [{ id: 0, deployedAt: then }] })).toBeUndefined();
    expect(inventoryOfStatus({ operationState: { operation: {}, phase: 'Succeeded', startedAt: then } })).toBeUndefined();
  });
});

describe('applicationHealth', () => {
  const of = (status: NonNullable<JudgedResource['health']>['status'], more: Partial<ResourceStatus> = {}): JudgedResource => ({ status: { kind: 'Deployment', name: 'a', ...more }, health: { status, message: 'why' } });
  const real = { kind: 'kubernetes' } as const;

  it.each<[string, readonly JudgedResource[], string]>([
    ['the worst of its objects', [of('Healthy'), of('Degraded'), of('Progressing')], 'Degraded'],
    ['not worse for a missing object', [of('Healthy'), of('Missing')], 'Healthy'],
    ['missing where all are', [of('Missing'), of('Missing')], 'Missing'],
    ['not worse for what is to be deleted', [of('Healthy'), of('Degraded', { requiresPruning: true })], 'Healthy'],
    ['healthy without objects', [], 'Healthy'],
  ])('is %s', (_title, resources, word) => {
    expect(applicationHealth(resources, real).status).toBe(word);
  });

  it('never claims health where nothing runs, and still tells trouble', () => {
    expect(applicationHealth([of('Healthy')], { kind: 'recorded' })).toMatchObject({ status: 'Unknown', message: expect.stringContaining('recorded') });
    expect(applicationHealth([of('Degraded')], { kind: 'recorded' }).status).toBe('Degraded');
  });

  it('moves its time only with its word', () => {
    const before = { status: 'Degraded', message: 'old', lastTransitionTime: then } as const;

    expect(healthStatus(before, { status: 'Degraded', message: 'new' }, now)).toEqual({ status: 'Degraded', message: 'new', lastTransitionTime: then });
    expect(healthStatus(before, { status: 'Healthy', message: '' }, now)).toEqual({ status: 'Healthy', lastTransitionTime: '2026-01-01T00:00:00Z' });
  });
});

describe('revisionOf', () => {
  const plan = (value: string, revision = 'worktree'): Plan => ({
    application: { namespace: 'argocd', name: 'devnet' },
    revision,
    namespace: 'devnet',
    phases: phaseNames.map((name) => ({
      name,
      objects: name === 'waves' ? [{ object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { key: value, other: 'x' } }, origin: { file: 'a.yaml', line: 1 }, taint: value === 'secret' ? [['data', 'key']] : [] }] : [],
    })),
    needs: [],
    problems: [],
  });

  it('is the commit, or names what the files hold', () => {
    expect(revisionOf(plan('a', 'abc'))).toBe('abc');
    expect(revisionOf(plan('a'))).toMatch(/^worktree-[0-9a-f]{12}$/);
    expect(revisionOf(plan('a'))).toBe(revisionOf(plan('a')));
    expect(revisionOf(plan('a'))).not.toBe(revisionOf(plan('b')));
  });

  it('holds nothing of what came from a Secret', () => {
    const tainted = plan('secret');
    const other = structuredClone(tainted);
    Object.assign(other.phases.flatMap(({ objects }) => objects)[0]?.object['data'] ?? {}, { key: 'another' });

    expect(revisionOf(other)).toBe(revisionOf(tainted));
  });
});

describe('resultsOf', () => {
  const outcome = (name: string, more: Partial<ObjectOutcome> = {}): ObjectOutcome => ({
    ...{ ref: { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'devnet', name }, phase: 'waves', wave: 0, hook: undefined },
    ...{ status: 'Synced', change: 'created', message: 'created' },
    ...more,
  });

  it('keeps what earlier passes did, and takes what this one did', () => {
    const first = resultsOf([outcome('a'), outcome('b', { status: 'SyncFailed', change: 'none', message: 'no' }), outcome('gone', { status: 'Pruned', change: 'pruned', message: 'pruned' })]);
    const second = resultsOf([outcome('a', { change: 'unchanged', message: 'unchanged' }), outcome('b', { change: 'configured', message: 'configured' }), outcome('c', { status: 'OutOfSync' })], first);

    expect(second.map(({ name, status, message }) => `${name} ${status} ${message}`)).toEqual(['a Synced created', 'b Synced configured', 'gone Pruned pruned']);
    expect(resultsOf([], second)).toEqual(second);
  });

  it('says which hook ran in which phase', () => {
    expect(resultsOf([outcome('a', { phase: 'preSync', hook: 'PreSync' })])).toMatchObject([{ hookType: 'PreSync', hookPhase: 'Succeeded', syncPhase: 'PreSync' }]);
  });
});

describe('judgeResources', () => {
  it('says how kinds fare that have a rule, and of others only that something is wrong', () => {
    const ref = (group: string, kind: string, name: string) => ({ group, version: 'v1', kind, namespace: 'devnet', name });
    const type = (apiVersion: string, kind: string): ResourceType => ({ group: apiVersion.split('/').at(-2) ?? '', version: 'v1', kind, plural: kind, namespaced: true, statusSubresource: false });
    const seen = (health: Health): LiveObject => ({ uid: '1', resourceVersion: '1', generation: 1, deleting: false, finalizers: [], instance: 'devnet', labels: {}, annotations: {}, health });
    const look: LiveView['look'] = (_type, { name }) => (name === 'gone' ? 'absent' : seen(name === 'leaving' ? { status: 'Progressing', message: 'Pending deletion' } : healthy));
    const desired = [ref('', 'ConfigMap', 'settings'), ref('', 'ConfigMap', 'leaving'), ref('', 'ConfigMap', 'gone'), ref('apps', 'Deployment', 'node')];
    const judged = judgeResources({ desired, leftover: [], outcomes: new Map() }, { cluster: { kind: 'kubernetes' }, live: { look }, discovery: { find: type, apiVersions: () => [] } });

    expect(judged.map(({ status: { name, health } }) => `${name} ${health?.status ?? '-'}`)).toEqual(['settings -', 'leaving Progressing', 'gone Missing', 'node Healthy']);
    expect(judged.map(({ health }) => health?.status)).toEqual(['Healthy', 'Progressing', 'Missing', 'Healthy']);
  });
});
