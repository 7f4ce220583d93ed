import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { chooseRevision } from './choose-revision.ts';

const [first, second, head] = ['1'.repeat(40), '2'.repeat(40), '3'.repeat(40)];
const source = { repoURL: 'https://git.example/nets', path: 'devnet' };
const entry = (id: number, revision: string): object => ({ id, revision, source, deployedAt: '2026-01-01T08:00:42Z' });

function application(syncPolicy: object, revision: string): KubeObject {
  const status = { sync: { status: 'OutOfSync', revision, comparedTo: { source } }, history: [entry(1, first), entry(2, second)] };
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'devnet' }, spec: { source, destination: { name: 'in-cluster', namespace: 'devnet' }, syncPolicy }, status };
}

describe('an Application that nobody syncs automatically', () => {
  it('goes back from what was brought in last, not from the newest commit, which it is only compared with', () => {
    expect(chooseRevision(application({}, head), undefined, undefined).pin).toEqual({ revision: first, replaces: head });
    expect(() => chooseRevision(application({}, head), second, undefined)).toThrow(`it is at ${second} already`);
  });

  it('does not go back to the newest commit, which a sync brings in', () => {
    expect(() => chooseRevision(application({}, head), head, undefined)).toThrow(`${head} is the newest commit: a sync brings it in`);
  });
});

it('an automated one goes back from the newest commit, also where that is not in yet', () => {
  expect(chooseRevision(application({ automated: {} }, head), undefined, undefined).pin).toEqual({ revision: second, replaces: head });
  expect(() => chooseRevision(application({ automated: {} }, head), head, undefined)).toThrow(`it is at ${head} already`);
});
