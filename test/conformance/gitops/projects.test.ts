import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../../../src/api/object.ts';
import { parseApplicationStatus } from '../../../src/api/application.ts';
import { guardWrites } from '../../../src/gitops/project/guard-writes.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import type { Cluster, ResourceType } from '../../../src/kube/port.ts';
import { applicationType, appProjectType, clusterRoleType, configMapType, customResourceDefinitionType, deploymentType, jobType, namespaceType, serviceAccountType } from '../../../src/kube/resource-types.ts';
import { appProject, projectOfStage } from '../../support/app-project.ts';
import { manifests, setApplicationStage } from '../../support/application-stage.ts';
import { renderChart } from '../../support/chart.ts';
import { type AuditEntry, isEffectiveWrite } from '../../support/parts/audit-log.ts';
import { openRealWorld, type RealWorld } from '../../support/real-world.ts';

const { signal } = new AbortController();
const by = { fieldManager: 'test' };
const rbac = (kind: string, plural: string): ResourceType => ({ group: 'rbac.authorization.k8s.io', version: 'v1', kind, plural, namespaced: true, statusSubresource: false });
const roleType = rbac('Role', 'roles');
const roleBindingType = rbac('RoleBinding', 'rolebindings');

let world: RealWorld;
beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(() => world.stop());

const stage = setApplicationStage('project', () => Promise.resolve(world));
const hook = 'apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate, annotations: { argocd.argoproj.io/hook: PostSync } }\nspec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: registry.example/node:1 }] } } }\n';

const account = (): string => `system:serviceaccount:${stage.namespace}:deployer`;
const conditions = async (): Promise<string> => ((await stage.status()).conditions ?? []).map(({ type, message }) => `${type}: ${message}`).join('\n');
const untilTold = (text: string): Promise<void> => stage.until(async () => expect(await conditions()).toContain(text));
/** What the Git half has written, or tried to, into the test's namespace: it applies and deletes, and the other half writes Secrets and ExternalSecrets alone. */
const fromGit = (): readonly AuditEntry[] =>
  world.audit().filter(({ namespace, name, verb, userAgent, resource }) => (namespace ?? name) === stage.namespace && ['patch', 'delete'].includes(verb) && userAgent.startsWith('prelude/') && ['configmaps', 'deployments', 'jobs', 'namespaces'].includes(resource));

async function makeNamespace(): Promise<void> {
  await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
  await stage.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: stage.namespace, name: 'deployer' } });
}

async function grant(rules: readonly object[]): Promise<void> {
  const { namespace } = stage;
  const metadata = { namespace, name: 'deployer' };
  await stage.create(roleType, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' };
  await stage.create(roleBindingType, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata, roleRef, subjects: [{ kind: 'ServiceAccount', ...metadata }] });
}

const impersonating = { destinationServiceAccounts: [{ server: '*', namespace: 'project-*', defaultServiceAccount: 'deployer' }] };

describe('an Application whose project names a service account', () => {
  it('has the rights of that account: none are told by account and right, those that it is given do', async () => {
    await stage.create(appProjectType, projectOfStage(stage, impersonating));
    await makeNamespace();
    await stage.push({ 'a.yaml': manifests.config('a') });
    await stage.declare({ project: stage.namespace });
    await stage.start();
    await untilTold(`written as service account ${stage.namespace}/deployer: let that account create and patch configmaps in namespace ${stage.namespace}`);
    expect(await stage.get(configMapType, 'a')).toBeUndefined();

    await grant([{ apiGroups: ['', 'batch'], resources: ['configmaps', 'jobs'], verbs: ['create', 'patch', 'delete'] }]);
    const commit = await stage.push({ 'b.yaml': manifests.config('b'), 'hook.yaml': hook });
    await stage.until(async () => expect(await stage.get(jobType, 'migrate')).toBeDefined());
    const managers = z.array(z.object({ manager: z.string(), operation: z.string() }));
    expect(managers.parse((await stage.get(configMapType, 'a'))?.metadata.managedFields).map(({ manager, operation }) => `${manager} ${operation}`)).toEqual(['prelude-gitops Apply']);

    // the hook is over without a kubelet once it is taken out of Git
    const next = await stage.push({ 'a.yaml': undefined, 'hook.yaml': undefined });
    await stage.untilSynced(next);
    expect([await stage.get(configMapType, 'a'), (await stage.get(configMapType, 'b'))?.metadata.name, commit.length]).toEqual([undefined, 'b', 40]);
    const writes = fromGit();
    expect(new Set(writes.map(({ impersonated }) => impersonated))).toEqual(new Set([account()]));
    expect(new Set(writes.filter(isEffectiveWrite).map(({ verb, resource }) => `${verb} ${resource}`))).toEqual(new Set(['patch configmaps', 'patch jobs', 'delete configmaps']));
    expect(writes.some(({ code, uri }) => code === 403 && !uri.includes('dryRun'))).toBe(true);
  });

  it('is written by a controller that may impersonate that account, and by no other', async () => {
    await makeNamespace();
    await stage.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: stage.namespace, name: 'prelude' } });
    const token = await world.cluster.tokenRequest({ namespace: stage.namespace, name: 'prelude' }, { audiences: [], expirationSeconds: 600 }, signal);
    const controller = await openCluster({ kubeconfig: world.kubeconfigFor(stage.namespace, { token }) });
    try {
      const config: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: stage.namespace, name: 'a' } };
      const write = (cluster: Cluster): Promise<KubeObject> => guardWrites(cluster, () => ({ user: account() })).apply(configMapType, config, by, signal);
      await expect(write(controller)).rejects.toThrow(`the controller may not write as service account ${stage.namespace}/deployer; let it impersonate that account (git.impersonate of the chart)`);

      await grant([{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'patch'] }]);
      const objects = await renderChart({ git: { impersonate: [{ namespace: stage.namespace, name: 'deployer' }] } }, { namespace: stage.namespace });
      const rights = objects.filter(({ metadata }) => metadata.name === 'prelude-impersonation');
      expect(rights.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}`)).toEqual([`Role ${stage.namespace}`, `RoleBinding ${stage.namespace}`]);
      for (const object of rights) await world.cluster.create(object.kind === 'Role' ? roleType : roleBindingType, object, by, signal);
      await stage.until(async () => expect((await write(controller)).metadata.name).toBe('a'));
      await expect(controller.apply(configMapType, config, { ...by, user: 'system:admin' }, signal)).rejects.toMatchObject({ kind: 'denied' });
      await expect(controller.apply(configMapType, config, { ...by, user: `system:serviceaccount:${stage.namespace}:default` }, signal)).rejects.toMatchObject({ kind: 'denied' });
    } finally {
      await controller.close();
    }
  });
});

describe('an Application whose project is edited while it waits', () => {
  it('is refused what is not allowed any more, and nothing of it was written', async () => {
    await stage.create(appProjectType, projectOfStage(stage));
    await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('database'), 'node.yaml': manifests.deployment('node', 'database') });
    await stage.declare({ project: stage.namespace });
    await stage.start({ remote: {} });
    await stage.until(async () => expect((await stage.status()).operationState?.message).toContain('Secret'));

    await stage.edit(appProjectType, { namespace: 'argocd', name: stage.namespace }, (object) => ({ ...object, spec: projectOfStage(stage, { namespaceResourceBlacklist: [{ group: 'apps', kind: '*' }] })['spec'] }));
    stage.secrets.remote['prod/db'] = 'hunter2';
    await untilTold(`project ${stage.namespace} does not allow Deployment node of apps (namespaceResourceBlacklist)`);
    await stage.pause(500);
    expect(await stage.get(deploymentType, 'node')).toBeUndefined();
    expect(fromGit().filter(({ resource }) => resource === 'deployments')).toEqual([]);
  });
});

describe('attempts to get out of a project', () => {
  const chart = {
    'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n',
    'templates/role.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: {{ .Release.Name }}-everything }\nrules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]\n',
    'templates/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n',
  };
  const gizmo = 'apiVersion: projects.example.com/v1\nkind: Gizmo\nmetadata: { name: escaped }\n';

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['a chart that renders a ClusterRole', chart, 'does not allow ClusterRole project-'],
    ['an object in a foreign namespace', { 'a.yaml': manifests.config('a'), 'b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { namespace: kube-system, name: escaped }\n' }, 'does not allow namespace kube-system (destinations)'],
    ['a custom kind of which only the cluster knows that it has no namespace', { 'a.yaml': manifests.config('a'), 'b.yaml': gizmo }, 'does not allow Gizmo escaped of projects.example.com (clusterResourceWhitelist)'],
  ])('by %s write nothing at all', async (_what, files, message) => {
    if (Object.values(files).includes(gizmo)) await defineGizmos();
    await stage.create(appProjectType, projectOfStage(stage));
    await stage.push(files);
    await stage.declare({ project: stage.namespace });
    await stage.start();
    await untilTold(message);
    expect(await stage.get(namespaceType, stage.namespace)).toBeUndefined();
    expect(fromGit()).toEqual([]);
    expect(await world.cluster.get(clusterRoleType, { name: `${stage.namespace}-everything` }, signal)).toBeUndefined();
  });

  it('by addresses that read like an allowed one are refused before anything is fetched', async () => {
    await stage.create(appProjectType, appProject({ sourceRepos: ['https://git.invalid/nets/**', 'git@git.invalid:nets/*'], destinations: [{ server: '*', namespace: '*' }] }, stage.namespace));
    const addresses = ['https://git.invalid/nets/../keys.git', 'https://git.invalid/NETS/keys.git', 'https://git.invalid@evil.invalid/nets/a', 'https://git.invalid/nets/%2e%2e/keys', 'ssh://root@git.invalid/nets/a', 'git@git.invalid:nets/../keys.git', 'http://git.invalid/nets/a'];
    // that it was asked for would be told as a server that is not known
    for (const [index, repoURL] of addresses.entries()) await stage.createApplication(tenantOf(`${stage.namespace}-${index}`, { repoURL }));
    await stage.start();
    for (const index of addresses.keys()) {
      await stage.until(async () => expect((await statusOf('argocd', `${stage.namespace}-${index}`)).conditions?.map(({ message }) => message)).toEqual([`spec.source.repoURL: project ${stage.namespace} does not allow this repository (sourceRepos)`]));
    }
  });

  it('by an Application of another namespace are refused, until the project takes those of that namespace', async () => {
    const tenants = `${stage.namespace}-tenants`;
    await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: tenants } }, by, signal);
    await stage.create(appProjectType, projectOfStage(stage));
    // a project of its own making counts for nothing
    await stage.create(appProjectType, { ...projectOfStage(stage, { sourceNamespaces: ['*'] }), metadata: { namespace: tenants, name: stage.namespace } });
    await stage.push({ 'a.yaml': manifests.config('a') });
    await stage.createApplication({ ...tenantOf('escape', { repoURL: stage.remote.url, targetRevision: 'main', path: 'manifests' }), metadata: { namespace: tenants, name: 'escape' } });
    await stage.start({ alsoIn: [tenants] });
    const told = async (): Promise<unknown> => (await statusOf(tenants, 'escape')).conditions?.map(({ message }) => message);
    await stage.until(async () => expect(await told()).toEqual([`metadata.namespace: project ${stage.namespace} does not allow Applications of namespace ${tenants} (sourceNamespaces)`]));
    expect(fromGit()).toEqual([]);

    await stage.edit(appProjectType, { namespace: 'argocd', name: stage.namespace }, (object) => ({ ...object, spec: projectOfStage(stage, { sourceNamespaces: [tenants] })['spec'] }));
    await stage.until(async () => expect(await stage.get(configMapType, 'a')).toBeDefined());
  });

  function tenantOf(name: string, source: object): KubeObject {
    const syncPolicy = { automated: {}, syncOptions: ['CreateNamespace=true'] };
    return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name }, spec: { project: stage.namespace, source, destination: { name: 'in-cluster', namespace: stage.namespace }, syncPolicy } };
  }

  async function statusOf(namespace: string, name: string): Promise<ReturnType<typeof parseApplicationStatus>> {
    const object = await world.cluster.get(applicationType, { namespace, name }, signal);
    return object === undefined ? {} : parseApplicationStatus(object);
  }

  async function defineGizmos(): Promise<void> {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const spec = { group: 'projects.example.com', scope: 'Cluster', names: { kind: 'Gizmo', plural: 'gizmos', singular: 'gizmo' }, versions: [{ name: 'v1', served: true, storage: true, schema }] };
    await world.cluster.create(customResourceDefinitionType, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'gizmos.projects.example.com' }, spec }, by, signal);
    await stage.until(async () => expect((await world.cluster.discover(signal, { fresh: true })).find('projects.example.com/v1', 'Gizmo')).toBeDefined());
  }
});
