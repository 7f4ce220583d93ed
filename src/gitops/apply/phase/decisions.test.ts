import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../api/object.ts';
import { healthy, progressing } from '../../health/health.ts';
import type { Health } from '../../health/health.ts';
import { trackingAnnotation } from '../object/tracking.ts';
import { groupByKind, summarise } from './apply-phase.ts';
import { hookDeletePolicies, hookOperationAnnotation } from './hook.ts';
import { decideHook } from './hooks-step.ts';
import { decideNamespace } from './namespace-step.ts';
import type { NamespaceWish } from './namespace-step.ts';

describe('decideNamespace', () => {
  const wish: NamespaceWish = { name: 'devnet', create: true, labels: { team: 'testnets' }, annotations: {} };
  const live = (more: Partial<KubeObject['metadata']> = {}, phase = 'Active'): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet', labels: { team: 'testnets', theirs: 'x' }, ...more }, status: { phase } });

  it.each<[string, NamespaceWish, KubeObject | undefined, string]>([
    ['makes it where CreateNamespace says so', wish, undefined, 'apply'],
    ['refuses to go on without it otherwise', { ...wish, create: false }, undefined, 'refuse'],
    ['uses it as it is', wish, live(), 'ready'],
    ['puts metadata on it that is missing', wish, live({ labels: {} }), 'apply'],
    ['leaves its metadata alone without CreateNamespace', { ...wish, create: false }, live({ labels: {} }), 'ready'],
    ['waits while it is being deleted', wish, live({ deletionTimestamp: '2026-01-01T00:00:00Z' }), 'wait'],
    ['waits while it says that it is terminating', { ...wish, create: false }, live({}, 'Terminating'), 'wait'],
  ])('%s', (_title, wished, found, kind) => {
    expect(decideNamespace(wished, found).kind).toBe(kind);
  });
});

describe('decideHook', () => {
  const options = { operation: 'two', instance: 'devnet', later: ['two/postSync'] };
  const job = (operation: string, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace: 'devnet', name: 'migrate', uid: 'u', annotations: { [trackingAnnotation]: 'devnet:batch/Job:devnet/migrate', [hookOperationAnnotation]: operation }, ...more },
  });

  it.each<[string, KubeObject | undefined, Health, string]>([
    ['runs what is not there', undefined, healthy, 'run'],
    ['removes what another operation ran', job('one'), healthy, 'remove'],
    ['waits while it runs', job('two'), progressing('runs'), 'wait'],
    ['is done when it is', job('two'), healthy, 'done'],
    ['fails with it', job('two'), { status: 'Degraded', message: 'no' }, 'failed'],
    ['is done where a later phase of the operation has run it since', job('two/postSync'), progressing('runs'), 'done'],
    ['waits for one on its way out', job('one', { deletionTimestamp: '2026-01-01T00:00:00Z' }), healthy, 'wait'],
    ['leaves alone what is not its own', job('two', { annotations: {} }), healthy, 'failed'],
  ])('%s', (_title, live, health, kind) => {
    expect(decideHook(live, health, options).kind).toBe(kind);
  });
});

describe('hooks', () => {
  const annotated = (annotations: Readonly<Record<string, string>>): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', annotations } });

  it.each<[Readonly<Record<string, string>>, readonly string[]]>([
    [{ 'argocd.argoproj.io/hook': 'PreSync' }, ['BeforeHookCreation']],
    [{ 'helm.sh/hook': 'pre-install', 'helm.sh/hook-delete-policy': 'hook-succeeded, hook-failed' }, ['HookSucceeded', 'HookFailed']],
    [{ 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/hook-delete-policy': 'HookFailed', 'helm.sh/hook-delete-policy': 'hook-succeeded' }, ['HookFailed']],
  ])('with %o are deleted %o', (annotations, policies) => {
    expect([...hookDeletePolicies(annotated(annotations))]).toEqual(policies);
  });
});

describe('groupByKind', () => {
  it('keeps the order and joins neighbours of one kind only', () => {
    const ref = (kind: string, group = ''): { readonly ref: { readonly kind: string; readonly group: string } } => ({ ref: { kind, group } });

    const groups = groupByKind([ref('A'), ref('A'), ref('B'), ref('A'), ref('A', 'other')]);

    expect(groups.map((group) => group.length)).toEqual([2, 1, 1, 1]);
    expect(groupByKind([])).toEqual([]);
  });
});

describe('summarise', () => {
  it('names the first few and counts the rest', () => {
    expect(summarise(['a', 'b'])).toBe('a; b');
    expect(summarise(['a', 'b', 'c', 'd', 'e'])).toBe('a; b; c; and 2 more');
  });
});
