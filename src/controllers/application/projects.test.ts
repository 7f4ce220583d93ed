import { describe, expect, it } from 'vitest';
import { projectOfStage } from '../../../test/support/app-project.ts';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { KubeObject } from '../../api/object.ts';
import { appProjectType, clusterRoleType, configMapType, namespaceType } from '../../kube/resource-types.ts';

const stage = setApplicationStage('project', openLocalWorld);
const clusterRole = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: everything }\nrules: []\n';

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
