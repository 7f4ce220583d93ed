import { expect, it } from 'vitest';
import { memoryTree } from '../../../test/support/memory-tree.ts';
import { type ApplicationSet, parseApplicationSet } from '../../api/application-set.ts';
import { refuseGenerators } from './generator-projects.ts';
import { createGenerations } from './generations.ts';

const { signal } = new AbortController();
const git = { git: { repoURL: 'https://git.example/a.git', revision: 'main', directories: [{ path: 'nets/*' }] } };
const list = { list: { elements: [{ 'path.basename': 'one' }] } };

it('a repository that the project does not allow is neither followed nor read, and one that was is let go', async () => {
  const told: string[] = [];
  const revisions = {
    current: async (slot: string) => {
      told.push(`follows ${slot}`);
      return { revision: 'a'.repeat(40) };
    },
    releaseOthers: () => {},
    release: (key: string) => void told.push(`lets ${key} go`),
  };
  const asked: unknown[] = [];
  let refusal: string | undefined;
  const projects = { ready: async () => undefined, generatorRefusal: (generator: unknown) => (asked.push(generator), refusal) };
  const readTree = async () => {
    told.push('reads');
    return memoryTree({});
  };
  const generations = createGenerations({ revisions, readTree, refusalOf: refuseGenerators(projects), now: () => 0 });
  const get = (): Promise<unknown> => generations.get('argocd/nets', setOf(list, { git: { ...git.git, template: { spec: { project: 'own' } } } }), false, signal);

  await get();
  refusal = 'not this one';
  await expect(get()).rejects.toMatchObject({ kind: 'parameters', path: 'spec.generators[1].git.repoURL', message: 'not this one' });
  expect(told).toEqual(['follows argocd/nets 1', 'reads', 'lets argocd/nets go']);
  expect(asked[0]).toEqual({ namespace: 'argocd', project: 'own', repoURL: 'https://git.example/a.git' });
});

function setOf(...generators: readonly object[]): ApplicationSet {
  const template = { metadata: { name: '{{path.basename}}' }, spec: { project: 'default', source: { repoURL: 'r', path: '.' }, destination: { name: 'in-cluster', namespace: 'n' } } };
  const parsed = parseApplicationSet({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { namespace: 'argocd', name: 'nets' }, spec: { generators, template } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

it('the repositories of generators that an ApplicationSet has no more are not followed any longer', async () => {
  const followed = new Set<string>();
  const revisions = {
    current: async (slot: string) => {
      followed.add(slot);
      return { revision: 'a'.repeat(40) };
    },
    releaseOthers: (_key: string, slots: readonly string[]) => {
      for (const slot of followed) if (!slots.includes(slot)) followed.delete(slot);
    },
    release: () => followed.clear(),
  };
  const generations = createGenerations({ revisions, readTree: async () => memoryTree({}), now: () => 0 });
  const get = (...generators: readonly object[]): Promise<unknown> => generations.get('argocd/nets', setOf(...generators), false, signal);

  await get(git, git, git);
  expect([...followed]).toEqual(['argocd/nets 0', 'argocd/nets 1', 'argocd/nets 2']);
  await get(git, list);
  expect([...followed]).toEqual(['argocd/nets 0']);
});
