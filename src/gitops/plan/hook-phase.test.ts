import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { hookPhaseOf, hookWeight, unknownHook } from './hook-phase.ts';
import { declaredWave, phaseOf } from './object-order.ts';

function annotated(annotations: Readonly<Record<string, string>>, kind = 'Pod'): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'a', annotations } };
}

describe('hooks', () => {
  it.each<[Readonly<Record<string, string>>, string | undefined, string | undefined]>([
    [{}, undefined, undefined],
    [{ 'argocd.argoproj.io/hook': 'PreSync' }, 'preSync', undefined],
    [{ 'argocd.argoproj.io/hook': 'PostSync, PreSync' }, 'preSync', undefined],
    [{ 'argocd.argoproj.io/hook': 'SyncFail' }, undefined, 'argocd.argoproj.io/hook'],
    [{ 'helm.sh/hook': 'pre-upgrade' }, 'preSync', undefined],
    [{ 'helm.sh/hook': 'post-install,post-upgrade' }, 'postSync', undefined],
    [{ 'helm.sh/hook': 'crd-install' }, undefined, undefined],
    [{ 'helm.sh/hook': 'pre-delete' }, undefined, 'helm.sh/hook'],
    [{ 'helm.sh/hook': 'pre-install', 'argocd.argoproj.io/hook': 'PostSync' }, 'postSync', undefined],
  ])('of %j run in %s', (annotations, phase, unknown) => {
    expect(hookPhaseOf(annotated(annotations))).toBe(phase);
    expect(unknownHook(annotated(annotations))).toBe(unknown);
    expect(phaseOf(annotated(annotations))).toBe(phase ?? 'waves');
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
