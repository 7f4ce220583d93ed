import { describe, expect, it } from 'vitest';
import { memoryHome } from '../../../test/support/memory-tree.ts';
import { createManifestReader } from '../render/manifest-reader.ts';
import { createResolver } from '../source/resolver.ts';
import { planRepository } from './plan-repository.ts';
import { isRefused, type RepositoryPlan } from './planned-application.ts';

interface Declared {
  readonly name?: string;
  readonly project?: string;
  readonly dependsOn?: string;
  readonly repoURL?: string;
}

function application({ name = 'devnet', project = 'nets', dependsOn = '[]', repoURL = 'https://git.example/testnets' }: Declared = {}): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  annotations:
    prelude.dev/depends-on: '${dependsOn}'
spec:
  project: ${project}
  source:
    repoURL: ${repoURL}
    path: ${name}
  destination: { name: in-cluster, namespace: ${name} }
`;
}

const project = (spec: string): string => `apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: nets }\nspec:\n  sourceRepos: ['https://git.example/*', '!https://git.example/keys']\n  destinations: [{ server: '*', namespace: devnet }]\n${spec}`;
const config = (metadata: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { ${metadata} }\n`;
const unnamed = (name: string): string => application({ name, project: 'default' });

async function planOf(files: Readonly<Record<string, string>>): Promise<{ readonly plan: RepositoryPlan; readonly told: readonly string[] }> {
  const home = memoryHome(files);
  const plan = await planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, new AbortController().signal);
  const problems = [...plan.applications.flatMap((one) => (one.kind === 'planned' ? one.plan.problems : [one.problem])), ...plan.problems];
  return { plan, told: problems.map(({ severity, origin, path = '', message }) => `${origin?.file ?? ''}:${origin?.line ?? 0} ${severity} ${path}: ${message}`) };
}

describe('a plan with projects', () => {
  it('has nothing against what they allow, and lists them for a cluster that has none of the name', async () => {
    const { plan, told } = await planOf({ 'app.yaml': application(), 'project.yaml': project(''), 'devnet/a.yaml': config('name: a') });
    expect(told).toEqual([]);
    expect(plan.projects.map(({ metadata }) => metadata)).toEqual([{ name: 'nets', namespace: 'argocd' }]);
  });

  it('refuses objects that they do not allow, each where it stands', async () => {
    const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: all }\n';
    const { plan, told } = await planOf({ 'app.yaml': application(), 'project.yaml': project('  namespaceResourceBlacklist: [{ group: "", kind: Service }]\n'), 'devnet/a.yaml': `${config('name: a, namespace: other')}---\n${role}---\napiVersion: v1\nkind: Service\nmetadata: { name: s }\n` });
    expect(isRefused(plan)).toBe(true);
    expect(told).toEqual([
      'devnet/a.yaml:1 error : project nets does not allow namespace other (destinations)',
      'devnet/a.yaml:5 error : project nets does not allow ClusterRole all of rbac.authorization.k8s.io (clusterResourceWhitelist)',
      'devnet/a.yaml:9 error : project nets does not allow Service s (namespaceResourceBlacklist)',
    ]);
  });

  it.each([
    [{ name: 'prod' }, 'app.yaml:12 error spec.destination.namespace: not planned: project nets does not allow namespace prod (destinations)'],
    [{ repoURL: 'git@git.example:keys.git' }, 'app.yaml:10 error spec.source.repoURL: not planned: project nets does not allow this repository (sourceRepos)'],
  ])('does not read an Application that they do not allow: %j', async (declared, message) => {
    expect((await planOf({ 'app.yaml': application(declared), 'project.yaml': project(''), 'devnet/a.yaml': config('name: a') })).told).toContain(message);
  });

  it('takes the repository at hand to be allowed, and warns of a project that is not in it', async () => {
    expect((await planOf({ 'app.yaml': application({ repoURL: '.' }), 'project.yaml': project(''), 'devnet/a.yaml': config('name: a') })).told).toEqual([]);
    const { plan, told } = await planOf({ 'app.yaml': application(), 'devnet/a.yaml': config('name: a') });
    expect([isRefused(plan), told]).toEqual([false, ['app.yaml:8 warning spec.project: AppProject nets is not in this repository; whether it allows this is told by the cluster']]);
  });

  it("takes a project of Argo CD's namespace before one of the Application's own, as the controller does", async () => {
    const [inTeam, inArgo] = ['team-a', 'argocd'].map((namespace) => project('').replace('{ name: nets }', `{ name: nets, namespace: ${namespace} }`));
    const open = `${inTeam}`.replace('namespace: devnet }]', 'namespace: "*" }]');
    const strict = `${inArgo}  sourceNamespaces: [team-a]\n`;
    const elsewhere = application({ name: 'prod' }).replace('  name: prod\n', '  name: prod\n  namespace: team-a\n');
    const { told } = await planOf({ 'app.yaml': elsewhere, 'a.yaml': open, 'b.yaml': strict, 'prod/a.yaml': config('name: a') });
    expect(told.join()).toContain('not planned: project nets does not allow namespace prod (destinations)');
  });

  it('warns of an Application elsewhere whose default is not there, where other projects are', async () => {
    const elsewhere = application({ project: 'default' }).replace('  name: devnet\n', '  name: devnet\n  namespace: team-a\n');
    const files = { 'app.yaml': elsewhere, 'devnet/a.yaml': config('name: a') };
    expect((await planOf(files)).told).toEqual([]);
    expect((await planOf({ ...files, 'project.yaml': project('') })).told).toEqual([expect.stringContaining('warning spec.project: AppProject default is not in this repository')]);
  });

  it('tells what is wrong with a project, and that one stands twice', async () => {
    const { told } = await planOf({ 'a.yaml': `${project('  syncWindows: []\n')}---\n${project('')}` });
    expect(told).toEqual(['a.yaml:7 error spec.syncWindows: is not supported by this version of Prelude; remove it', 'a.yaml:11 error metadata.name: AppProject argocd/nets stands twice']);
  });
});

const folders = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}/config.yaml`, config('name: a')]));

describe('a plan with Applications that depend on others', () => {
  it('brings those in first, whatever they are called', async () => {
    const files = { ...folders, 'a.yaml': application({ name: 'a', project: 'default', dependsOn: '[c]' }), 'b.yaml': unnamed('b'), 'c.yaml': unnamed('c') };
    const { plan, told } = await planOf(files);
    expect(plan.applications.map(({ object }) => object.metadata.name)).toEqual(['c', 'a', 'b']);
    expect(told).toEqual([]);
  });

  it('refuses a cycle, told once by its way, and a malformed annotation; warns of one that is not there', async () => {
    const { 'c/config.yaml': _c, ...two } = folders;
    const cyclic = { ...two, 'a.yaml': application({ name: 'a', project: 'default', dependsOn: '[b]' }), 'b.yaml': application({ name: 'b', project: 'default', dependsOn: '[a]' }) };
    const { plan, told } = await planOf(cyclic);
    expect(isRefused(plan)).toBe(true);
    expect(told).toEqual(['a.yaml:6 error metadata.annotations[prelude.dev/depends-on]: waits for itself: argocd/a waits for argocd/b waits for argocd/a; take one of them out of prelude.dev/depends-on']);
    const alone = async (dependsOn: string): Promise<readonly string[]> => (await planOf({ 'a.yaml': application({ name: 'a', project: 'default', dependsOn }), 'a/config.yaml': config('name: a') })).told;
    expect(await alone('b')).toEqual(['a.yaml:6 error metadata.annotations[prelude.dev/depends-on]: must be a list of NAME or NAMESPACE/NAME']);
    expect(await alone('[other/b]')).toEqual(['a.yaml:6 warning metadata.annotations[prelude.dev/depends-on]: Application other/b is not in this repository; in the cluster it is waited for']);
  });
});
