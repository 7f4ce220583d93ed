import { describe, expect, it } from 'vitest';
import { memoryHome } from '../../../test/support/memory-tree.ts';
import { planRepository } from '../plan/plan-repository.ts';
import { isRefused, type RepositoryPlan } from '../plan/planned-application.ts';
import { createManifestReader } from '../render/manifest-reader.ts';
import { createResolver } from '../source/resolver.ts';

const set = (repoURL: string, name = '{{path.basename}}', path = '{{path}}'): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: nets}
spec:
  generators:
    - git:
        repoURL: ${repoURL}
        revision: main
        directories: [{path: nets/*}]
  template:
    metadata:
      name: '${name}'
    spec:
      source: {repoURL: ., path: '${path}'}
      destination:
        name: in-cluster
        namespace: '{{path.basename}}'
`;
const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n';
const files = { 'nets/berlin/config.yaml': config, 'nets/devnet/config.yaml': config };

async function plan(given: Readonly<Record<string, string>>): Promise<RepositoryPlan> {
  const home = memoryHome(given);
  return planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, new AbortController().signal);
}

const problems = (planned: RepositoryPlan): readonly string[] => planned.problems.map(({ severity, origin, path, message }) => `${severity} ${origin?.file}:${origin?.line} ${path ?? ''}: ${message}`);

describe('ApplicationSets in a repository', () => {
  it('are planned as the Applications that they render, each where its ApplicationSet stands', async () => {
    const planned = await plan({ ...files, 'sets.yaml': `# first\n${set('.')}` });

    expect(problems(planned)).toEqual([]);
    expect(planned.applications.map((one) => [one.application.metadata.name, one.kind, one.origin, one.generatedBy?.set.metadata.name])).toEqual([
      ['berlin', 'planned', { file: 'sets.yaml', line: 2 }, 'nets'],
      ['devnet', 'planned', { file: 'sets.yaml', line: 2 }, 'nets'],
    ]);
    expect(planned.applications.map((one) => (one.kind === 'planned' ? one.plan.namespace : ''))).toEqual(['berlin', 'devnet']);
  });

  it('tell problems of a generated Application at the line of the template', async () => {
    const planned = await plan({ ...files, 'sets.yaml': set('.', '{{path.basename}}', 'elsewhere/{{path.basename}}') });
    const [first] = planned.applications;

    expect(first?.kind === 'planned' ? first.plan.problems : first?.problem).toMatchObject([{ origin: { file: 'sets.yaml', line: 14 } }]);
  });

  it('refuse the plan where their repository is another one, offline', async () => {
    const planned = await plan({ ...files, 'sets.yaml': set('https://git.example/other') });

    expect(isRefused(planned)).toBe(true);
    expect(problems(planned).at(-1)).toMatch(/^error sets\.yaml:7 spec\.generators\[0\]\.git\.repoURL: ApplicationSet nets: .*only the one at hand is read offline/);
  });

  it('refuse the plan where two Applications have one name, rendered or written', async () => {
    const written = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: devnet}\nspec: {source: {repoURL: ., path: nets/devnet}, destination: {name: in-cluster, namespace: devnet}}\n';

    expect(problems(await plan({ ...files, 'sets.yaml': set('.'), 'app.yaml': written }))).toEqual(['error sets.yaml:12 spec.template.metadata.name: nets/devnet renders Application argocd/devnet, which stands at app.yaml:1 already']);
    expect(problems(await plan({ ...files, 'sets.yaml': set('.', 'same') })).filter((text) => text.startsWith('error'))).toEqual(['error sets.yaml:12 spec.template.metadata.name: ApplicationSet nets: nets/berlin and nets/devnet both render the Application same']);
    expect(problems(await plan({ 'a.yaml': set('.'), 'b.yaml': set('.') }))).toEqual(['error b.yaml:3 metadata.name: ApplicationSet argocd/nets stands twice; the other is at a.yaml:1']);
  });

  it('refuse the plan where they are wrong', async () => {
    expect(problems(await plan({ 'a.yaml': `${set('.')}  strategy: {type: RollingSync}\n` }))).toEqual(['error a.yaml:18 spec.strategy: is not supported by this version of Prelude; remove it']);
  });
});
