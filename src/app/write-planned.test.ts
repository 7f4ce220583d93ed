import { expect, it } from 'vitest';
import { openLocalWorld } from '../../test/support/local-world.ts';
import { memoryHome } from '../../test/support/memory-tree.ts';
import { planRepository } from '../gitops/plan/plan-repository.ts';
import { createManifestReader } from '../gitops/render/manifest-reader.ts';
import { createResolver } from '../gitops/source/resolver.ts';
import { KubeError } from '../kube/kube-error.ts';
import { applicationSetType, applicationType, appProjectType } from '../kube/resource-types.ts';
import { writePlanned } from './write-planned.ts';

const { signal } = new AbortController();
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: nets}
spec:
  generators:
    - list: {elements: [{net: berlin}]}
  template:
    metadata: {name: '{{net}}'}
    spec: {source: {repoURL: ., path: 'nets/{{net}}'}, destination: {name: in-cluster, namespace: '{{net}}'}}
`;

it('writes ApplicationSets, and the Applications that they render as theirs', async () => {
  const { cluster, close } = await openLocalWorld();
  try {
    const home = memoryHome({ 'set.yaml': set, 'nets/berlin/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' });
    const plan = await planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, signal);

    expect(await writePlanned(cluster, plan, signal)).toEqual(['argocd']);
    const written = await cluster.get(applicationSetType, { namespace: 'argocd', name: 'nets' }, signal);
    expect(await cluster.get(applicationType, { namespace: 'argocd', name: 'berlin' }, signal)).toMatchObject({ metadata: { ownerReferences: [{ kind: 'ApplicationSet', name: 'nets', uid: written?.metadata.uid, controller: true }] }, spec: { source: { path: 'nets/berlin' } } });
    expect(await writePlanned(cluster, plan, signal)).toEqual([]);
  } finally {
    await close();
  }
});

it('makes AppProjects that are not there, and leaves those that are: what a cluster allows is not for a repository to say', async () => {
  const { cluster, close } = await openLocalWorld();
  const project = (repository: string): string => `apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: nets}\nspec: {sourceRepos: ['${repository}']}\n`;
  const planOf = async (text: string) => {
    const home = memoryHome({ 'project.yaml': text });
    return planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, signal);
  };
  try {
    expect(await writePlanned(cluster, await planOf(project('https://git.example/a')), signal)).toEqual(['argocd']);
    // who may not make any is not asked to
    const confined: typeof cluster = { ...cluster, get: (...args) => cluster.get(...args), create: () => Promise.reject(new KubeError('denied', 'cannot create')) };
    await writePlanned(confined, await planOf(project('*')), signal);
    expect(await cluster.get(appProjectType, { namespace: 'argocd', name: 'nets' }, signal)).toMatchObject({ spec: { sourceRepos: ['https://git.example/a'] } });
  } finally {
    await close();
  }
});
