import { describe, expect, it } from 'vitest';
import { appProject, projectOfStage } from '../../../test/support/app-project.ts';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { parseApplication } from '../../api/application.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import type { Informer, InformerListener, InformerOptions } from '../../kube/informer.ts';
import { appProjectType, clusterRoleType, configMapType, customResourceDefinitionType, namespaceType } from '../../kube/resource-types.ts';
import { createProjects } from './projects.ts';

const stage = setApplicationStage('project', openLocalWorld);
const clusterRole = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: everything }\nrules: []\n';

const globe: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'globes.acme.example' },
  spec: { group: 'acme.example', scope: 'Cluster', names: { kind: 'Globe', plural: 'globes' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
};

const project = (spec: object = {}): KubeObject => projectOfStage(stage, spec);
const edit = (spec: object): Promise<void> => stage.edit(appProjectType, { namespace: 'argocd', name: stage.namespace }, (object) => ({ ...object, spec: project(spec)['spec'] }));
const conditions = async (): Promise<readonly string[]> => ((await stage.status()).conditions ?? []).map(({ type, message }) => `${type}: ${message}`);
const untilTold = (text: string): Promise<void> => stage.until(async () => expect((await conditions()).join('\n')).toContain(text));

async function start(files: Readonly<Record<string, string>>, metadata: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const commit = await stage.push(files);
  await stage.declare({ project: stage.namespace }, metadata);
  await stage.start();
  return commit;
}

describe('an Application with a project', () => {
  it('is brought in where the project allows all of it, and is told where it does not exist', async () => {
    const commit = await start({ 'a.yaml': manifests.config('a') });
    await untilTold(`InvalidSpecError: project ${stage.namespace} does not exist: there is no AppProject ${stage.namespace} in namespace argocd`);
    expect(stage.recorded.writesIn(stage.namespace)).toEqual([]);

    await stage.create(appProjectType, project());
    await stage.untilSynced(commit);
    expect(await conditions()).toEqual([]);
  });

  it('is not even read where the project does not allow its repository', async () => {
    await stage.create(appProjectType, project({ sourceRepos: ['https://git.example/**'] }));
    await stage.hideRemote();
    await stage.declare({ project: stage.namespace });
    await stage.start();
    await untilTold(`spec.source.repoURL: project ${stage.namespace} does not allow this repository (sourceRepos)`);
    expect((await stage.status()).sync?.status).toBe('Unknown');
  });

  it.each<[string, object, string]>([
    ['a namespace', { destinations: [{ server: '*', namespace: 'elsewhere' }] }, '(destinations)'],
    ['an account of the destination', { destinationServiceAccounts: [{ server: '*', namespace: 'elsewhere', defaultServiceAccount: 'deployer' }] }, '(destinationServiceAccounts)'],
    ['a field that means something else elsewhere', { syncWindows: [] }, 'spec.syncWindows: is not supported'],
    ['an account without a name', { destinationServiceAccounts: [{ server: '*', namespace: '*', defaultServiceAccount: '' }] }, 'must be NAME or NAMESPACE:NAME of a service account'],
  ])('writes nothing for want of %s', async (_what, spec, message) => {
    await stage.create(appProjectType, project(spec));
    await start({ 'a.yaml': manifests.config('a') });
    await untilTold(message);
    expect(await stage.get(namespaceType, stage.namespace)).toBeUndefined();
  });

  it.each<[string, string, string]>([
    ['a kind without a namespace', clusterRole, 'does not allow ClusterRole everything of rbac.authorization.k8s.io (clusterResourceWhitelist)'],
    ['an object in a foreign namespace', manifests.config('a').replace('metadata: { name:', 'metadata: { namespace: kube-system, name:'), 'does not allow namespace kube-system (destinations)'],
    ['a hook of a kind that is not allowed', clusterRole.replace('metadata: {', 'metadata: { annotations: { argocd.argoproj.io/hook: PreSync },'), 'does not allow ClusterRole everything'],
    ['a hook of its deletion', clusterRole.replace('metadata: {', 'metadata: { annotations: { argocd.argoproj.io/hook: PreDelete },'), 'does not allow ClusterRole everything'],
  ])('writes nothing of a commit that has %s, and says where', async (_what, manifest, message) => {
    await stage.create(appProjectType, project());
    await start({ 'a.yaml': manifests.config('a'), 'b.yaml': manifest });
    await untilTold(message);
    expect((await conditions()).join('')).toContain('b.yaml:1: ');
    expect(await stage.get(namespaceType, stage.namespace)).toBeUndefined();
    expect(await stage.get(clusterRoleType, 'everything')).toBeUndefined();
  });

  it('keeps what is in while a newer commit is refused, and goes on once the project allows that', async () => {
    await stage.create(appProjectType, project());
    const first = await start({ 'a.yaml': manifests.config('a') });
    await stage.untilSynced(first);
    const second = await stage.push({ 'role.yaml': clusterRole });
    await untilTold(`ComparisonError: revision ${second} is refused`);
    await stage.remove(configMapType, 'a');
    await stage.until(async () => expect(await stage.get(configMapType, 'a')).toBeDefined());

    await edit({ clusterResourceWhitelist: [{ group: '*', kind: '*' }] });
    await stage.untilSynced(second);
    expect(await stage.get(clusterRoleType, 'everything')).toBeDefined();
  });

  it('may make its namespace only where the project lists Namespaces', async () => {
    await stage.create(appProjectType, project({ clusterResourceWhitelist: [] }));
    await start({ 'a.yaml': manifests.config('a') });
    await untilTold(`namespace ${stage.namespace}: project ${stage.namespace} does not allow Namespace ${stage.namespace} (clusterResourceWhitelist)`);
    expect(await stage.get(namespaceType, stage.namespace)).toBeUndefined();
  });

  it('leaves what the project does not allow any more when it is deleted', async () => {
    await stage.create(appProjectType, project({ clusterResourceWhitelist: [{ group: '*', kind: '*' }] }));
    const commit = await start({ 'a.yaml': manifests.config('a'), 'role.yaml': clusterRole }, { finalizers: ['resources-finalizer.argocd.argoproj.io'] });
    await stage.untilSynced(commit);
    await edit({});
    await stage.removeApplication(stage.namespace);
    await stage.until(async () => expect(await stage.applications()).toEqual([]));
    expect([await stage.get(configMapType, 'a'), (await stage.get(clusterRoleType, 'everything'))?.metadata.name]).toEqual([undefined, 'everything']);
    await stage.remove(clusterRoleType, 'everything');
  });

  it('comes to rest where Git drops what the project does not allow any more: that stays, and is named', async () => {
    await stage.create(appProjectType, project({ clusterResourceWhitelist: [{ group: '*', kind: '*' }] }));
    const first = await start({ 'a.yaml': manifests.config('a'), 'role.yaml': clusterRole });
    await stage.untilSynced(first);
    await edit({});
    const second = await stage.push({ 'role.yaml': undefined, 'b.yaml': manifests.config('b') });
    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision: second } }));
    expect((await stage.status()).operationState?.syncResult?.resources?.find(({ kind }) => kind === 'ClusterRole')).toMatchObject({ status: 'PruneSkipped', message: expect.stringContaining('stays: project') });
    expect(await stage.get(clusterRoleType, 'everything')).toBeDefined();
    await stage.remove(clusterRoleType, 'everything');
  });

  it('may write a kind without a namespace of which only the cluster tells, where that is listed, and none that passes for one with a namespace', async () => {
    await stage.create(customResourceDefinitionType, globe);
    await stage.create(appProjectType, project({ clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }, { group: 'acme.example', kind: 'Globe' }], namespaceResourceWhitelist: [{ group: '', kind: '*' }] }));
    const first = await start({ 'a.yaml': manifests.config('a'), 'globe.yaml': `apiVersion: acme.example/v1\nkind: Globe\nmetadata: { name: earth, namespace: ${stage.namespace} }\n` });
    await stage.untilSynced(first);

    await edit({ namespaceResourceWhitelist: [{ group: '*', kind: '*' }] });
    await untilTold('globe.yaml:1: project');
    await untilTold('does not allow Globe earth of acme.example (clusterResourceWhitelist)');
  });

  it('stays, with its objects, when it is deleted and its project is gone', async () => {
    await stage.create(appProjectType, project());
    const commit = await start({ 'a.yaml': manifests.config('a') }, { finalizers: ['resources-finalizer.argocd.argoproj.io'] });
    await stage.untilSynced(commit);
    await stage.recorded.delete(appProjectType, { namespace: 'argocd', name: stage.namespace }, {}, AbortSignal.timeout(5_000));
    await untilTold('does not exist');
    await stage.removeApplication(stage.namespace);
    await untilTold('DeletionError: ');
    expect(await stage.get(configMapType, 'a')).toBeDefined();

    await stage.create(appProjectType, project());
    await stage.until(async () => expect(await stage.applications()).toEqual([]));
    expect(await stage.get(configMapType, 'a')).toBeUndefined();
  });
});

/** Projects as a watch shows them, and an Application of each namespace that names `default`. */
function handMadeProjects(namespaces: readonly string[]) {
  const clock = createFakeClock();
  const woken: ObjectKey[] = [];
  const first = Promise.withResolvers<void>();
  const raws = namespaces.map((namespace): KubeObject => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace, name: 'devnet' }, spec: { project: 'default', source: { repoURL: 'https://git.example/a' }, destination: { name: 'in-cluster', namespace: 'devnet' } } }));
  let show = (_object: KubeObject): void => {};
  function startInformer<T>({ project }: InformerOptions<T>): Informer<T> {
    const kept = new Map<string, T>();
    const listeners: InformerListener<T>[] = [];
    show = (object) => {
      const current = project(object);
      if (current !== undefined) kept.set(object.metadata.name, current);
      for (const listener of listeners) listener({ key: { namespace: 'argocd', name: object.metadata.name } });
    };
    return { get: ({ name }) => kept.get(name), values: () => kept.values(), size: () => kept.size, subscribe: (listener) => (listeners.push(listener), () => {}), synced: first.promise, healthy: () => true };
  }
  const applications = { get: () => undefined, values: () => raws };
  const projects = createProjects({ startInformer, namespace: 'argocd', applications, clock, signal: new AbortController().signal, onChange: (key) => void woken.push(key) });
  const problems = (): readonly unknown[] => raws.map((raw) => {
    const parsed = parseApplication(raw);
    return parsed.ok ? projects.rightsOf(raw, parsed.value).problem : parsed.errors;
  });
  return { projects, problems, woken, clock, show: (object: KubeObject) => show(object), sync: () => first.resolve() };
}

describe('a default that is not there', () => {
  it('allows other namespaces nothing as soon as there is any project, and wakes their Applications', () => {
    const { problems, woken, show } = handMadeProjects(['argocd', 'team-a']);
    expect(problems()).toEqual([undefined, undefined]);
    show(appProject({}, 'nets'));
    expect(problems()).toEqual([undefined, expect.stringContaining('there is no AppProject default in namespace argocd, and there are others, so Applications of namespace team-a are allowed nothing without it')]);
    expect(woken.map(({ namespace }) => namespace)).toEqual(['argocd', 'team-a']);
    show(appProject({ sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], sourceNamespaces: ['team-*'] }, 'default'));
    expect(problems()).toEqual([undefined, undefined]);
  });
});

describe('a generator of an ApplicationSet', () => {
  it('reads what the project of its template allows its namespace to read', () => {
    const { projects, show } = handMadeProjects([]);
    const refusals = (): readonly unknown[] => (
      [['argocd', 'nets', 'a'], ['argocd', 'nets', 'keys'], ['team-b', 'nets', 'a'], ['argocd', '{{project}}', 'a'], ['argocd', 'other', 'a'], ['argocd', 'default', 'a'], ['team-b', 'default', 'a']] as const
    ).map(([namespace, name, repository]) => projects.generatorRefusal({ namespace, project: name, repoURL: `https://git.example/${repository}` }));
    const unknown = 'project other does not exist';
    expect(refusals().map((one) => one === undefined)).toEqual([false, false, false, true, false, true, true]);
    show(appProject({ sourceRepos: ['https://git.example/*', '!https://git.example/keys'] }, 'nets'));
    expect(refusals()).toEqual([
      undefined,
      'project nets does not allow this repository (sourceRepos)',
      'project nets does not allow Applications of namespace team-b (sourceNamespaces)',
      expect.stringContaining('write its name into spec.template.spec.project'),
      expect.stringContaining(unknown),
      undefined,
      expect.stringContaining('project default does not exist'),
    ]);
  });
});

describe('projects that are not listed yet', () => {
  it('are waited for once: later passes are told at once, and woken when they are known', async () => {
    const { projects, woken, clock, sync } = handMadeProjects(['argocd']);
    const waiting = projects.ready();
    await clock.advance(10_000);
    expect(await waiting).toMatch(/^AppProjects of namespace argocd have not been listed yet/);
    expect(await projects.ready()).toMatch(/have not been listed yet/);
    expect(woken).toEqual([]);
    sync();
    await clock.advance(0);
    expect([await projects.ready(), woken.length]).toEqual([undefined, 1]);
  });
});
