import { describe, expect, it } from 'vitest';
import { annotationOf, labelOf, scopeOf, scopes } from './scope.ts';

describe('a scope', () => {
  it('is read from the annotation that says it, and strict where none does', () => {
    expect(scopes.map((scope) => scopeOf(annotationOf(scope)))).toEqual([...scopes]);
    expect(scopeOf()).toBe('strict');
  });

  it('counts only where the annotation says exactly "true", and the wider one where both do', () => {
    const [wide, namespaced] = ['sealedsecrets.bitnami.com/cluster-wide', 'sealedsecrets.bitnami.com/namespace-wide'];
    expect(['True', '1', 'yes', ''].map((value) => scopeOf({ [wide]: value }))).toEqual(['strict', 'strict', 'strict', 'strict']);
    expect(scopeOf({ [wide]: 'true', [namespaced]: 'true' })).toBe('cluster-wide');
  });

  it('makes the label that Sealed Secrets makes', () => {
    expect(scopes.map((scope) => labelOf({ scope, namespace: 'devnet', name: 'keys' }).toString())).toEqual(['devnet/keys', 'devnet', '']);
  });
});
