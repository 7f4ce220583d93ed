import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { hookPhasesOf, hookWeight, isSkipped, isSyncHook, unknownHook } from './hook-phase.ts';
import { declaredWave, phaseOf, phasesOf } from './object-order.ts';

function annotated(annotations: Readonly<Record<string, string>>, kind = 'Pod'): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'a', annotations } };
}

describe('hooks', () => {
  it.each<[Readonly<Record<string, string>>, readonly string[], string?]>([
    [{}, []],
    [{ 'argocd.argoproj.io/hook': 'PreSync' }, ['preSync']],
    [{ 'argocd.argoproj.io/hook': 'PostSync, PreSync, Skip' }, ['preSync', 'postSync']],
    [{ 'argocd.argoproj.io/hook': 'SyncFail,PostSync' }, ['postSync', 'syncFail']],
    [{ 'argocd.argoproj.io/hook': 'PreDelete' }, ['preDelete']],
    [{ 'argocd.argoproj.io/hook': 'presync' }, [], 'argocd.argoproj.io/hook'],
    [{ 'helm.sh/hook': 'pre-upgrade,pre-install' }, ['preSync']],
    [{ 'helm.sh/hook': 'post-install,pre-upgrade' }, ['preSync', 'postSync']],
    [{ 'helm.sh/hook': 'crd-install' }, []],
    [{ 'helm.sh/hook': 'pre-delete' }, ['preDelete']],
    [{ 'helm.sh/hook': 'post-rollback' }, [], 'helm.sh/hook'],
    [{ 'helm.sh/hook': 'pre-install', 'argocd.argoproj.io/hook': 'PostSync' }, ['postSync']],
  ])('of %j run in %j', (annotations, phases, unknown) => {
    expect(hookPhasesOf(annotated(annotations))).toEqual(phases);
    expect(unknownHook(annotated(annotations))).toBe(unknown);
    expect(phasesOf(annotated(annotations))).toEqual(phases.length > 0 ? phases : ['waves']);
  });

  it('of type Sync stand among the waves, and objects that say Skip nowhere', () => {
    expect(isSyncHook(annotated({ 'argocd.argoproj.io/hook': 'Sync' }))).toBe(true);
    expect(isSyncHook(annotated({}))).toBe(false);
    expect(isSkipped(annotated({ 'argocd.argoproj.io/hook': 'Skip' }))).toBe(true);
    expect(isSkipped(annotated({ 'argocd.argoproj.io/hook': 'Skip,Sync' }))).toBe(false);
    expect(isSkipped(annotated({}))).toBe(false);
  });

  it('of a deletion keep their accounts and rights with them', () => {
    expect(phaseOf(annotated({ 'helm.sh/hook': 'post-delete' }, 'ServiceAccount'))).toBe('postDelete');
    expect(phaseOf(annotated({ 'helm.sh/hook': 'pre-install,post-delete' }, 'ServiceAccount'))).toBe('plumbing');
    expect(phaseOf(annotated({ 'helm.sh/hook': 'post-delete' }, 'Secret'))).toBe('secrets');
  });

  it('that make Secrets, or are what that takes, are written before the barrier like all that do', () => {
    expect(phaseOf(annotated({ 'helm.sh/hook': 'pre-install' }, 'ServiceAccount'))).toBe('plumbing');
    expect(phaseOf(annotated({ 'helm.sh/hook': 'pre-install' }, 'Secret'))).toBe('secrets');
  });

  it("have Helm's weight for a wave, where they name none", () => {
    const hook = { 'helm.sh/hook': 'pre-install', 'helm.sh/hook-weight': '-5' };

    expect(declaredWave(annotated(hook))).toBe(-5);
    expect(declaredWave(annotated({ ...hook, 'argocd.argoproj.io/sync-wave': '3' }))).toBe(3);
    expect(hookWeight(annotated({ 'helm.sh/hook-weight': '7' }))).toBe(0);
    expect(hookWeight(annotated({ ...hook, 'helm.sh/hook-weight': 'x' }))).toBe(0);
  });
});
