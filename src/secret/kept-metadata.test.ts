import { expect, it } from 'vitest';
import { keptMetadata } from './kept-metadata.ts';

it('leaves what says who manages an object, and keeps what makes a Secret a repository of Argo CD', () => {
  const labels = { 'argocd.argoproj.io/secret-type': 'repository', 'argocd.argoproj.io/instance': 'devnet', 'kubectl.kubernetes.io/last-applied-configuration': '{}', app: 'a' };

  expect(keptMetadata(labels)).toEqual({ 'argocd.argoproj.io/secret-type': 'repository', app: 'a' });
});
