import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { LocalFolder, signal, us } from '../../../test/support/local-folder.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { clusterRoleBindingType, clusterRoleType, deploymentType, namespaceType } from '../../kube/resource-types.ts';
import { createLog } from '../../lib/log.ts';
import { refuseBesideSealed } from './live-sealed.ts';

const folder = new LocalFolder();

interface Placed {
  readonly namespace?: string;
  readonly replicas?: number;
  readonly args?: readonly string[];
}

/** A cluster with the controller, whose account may update Secrets everywhere where it is that of kube-system. */
async function open({ namespace = 'kube-system', replicas = 1, args = [] }: Placed = {}): Promise<Cluster> {
  const cluster = await folder.open();
  if (namespace !== 'kube-system') await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, us, signal);
  const rbac = 'rbac.authorization.k8s.io/v1';
  await cluster.create(clusterRoleType, { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'secrets-unsealer' }, rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'] }] }, us, signal);
  await cluster.create(clusterRoleBindingType, { apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name: 'sealed-secrets' }, roleRef: { kind: 'ClusterRole', name: 'secrets-unsealer' }, subjects: [{ kind: 'ServiceAccount', namespace: 'kube-system', name: 'sealed-secrets' }] }, us, signal);
  const containers = [{ name: 'controller', image: 'docker.io/bitnami/sealed-secrets-controller:0.40.0', args }];
  await cluster.create(deploymentType, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name: 'ss' }, spec: { replicas, template: { spec: { serviceAccountName: 'sealed-secrets', containers } } } }, us, signal);
  return cluster;
}

async function refuse(cluster: Cluster, { keyNamespace = 'prelude', namespaces = [] }: { readonly keyNamespace?: string; readonly namespaces?: readonly string[] } = {}) {
  let logged = '';
  const log = createLog({ level: 'warn', destination: { write: (line) => void (logged += line) } });
  return { why: await refuseBesideSealed(cluster, { keyNamespace, namespaces, clock: createFakeClock(), log }, signal), logged };
}

describe('the controller of SealedSecrets', () => {
  it("does not start beside Sealed Secrets' own, and says what to do", async () => {
    const { why } = await refuse(await open());

    expect(why).toMatch(/^Sealed Secrets' controller runs here: Deployment kube-system\/ss\. .*"prelude takeover sealed-secrets --check".*--apply --scale-down.*--seal-beside-upstream$/);
  });

  it('starts where that was scaled down', async () => {
    expect((await refuse(await open({ replicas: 0 }))).why).toBeUndefined();
  });

  it('starts where that serves other namespaces only', async () => {
    const scoped = await open({ args: ['--all-namespaces=false', '--additional-namespaces=shop, bank'] });
    expect((await refuse(scoped, { namespaces: ['devnet'] })).why).toBeUndefined();
    for (const namespaces of [[], ['bank'], ['devnet', 'kube-system']]) expect((await refuse(scoped, { namespaces })).why).toMatch(/runs here/);
  });

  it('is not stopped by what anybody could make in a namespace of their own, and names it', async () => {
    const cluster = await open({ namespace: 'tenant' });

    expect(await refuse(cluster)).toEqual({ why: undefined, logged: expect.stringContaining('tenant/ss') });
    expect((await refuse(cluster, { keyNamespace: 'tenant' })).why).toMatch(/Deployment tenant\/ss/);
  });

  it('looks where the keys are where it may not look everywhere, and starts, saying so, where it may not look at all', async () => {
    const cluster = await open();
    const deny = (isDenied: (namespace: string | undefined) => boolean): Cluster => ({
      ...cluster,
      get: (...args) => cluster.get(...args),
      pages: (type, selection, at) => {
        if (isDenied(selection.namespace)) throw new KubeError('denied', 'list deployments: forbidden');
        return cluster.pages(type, selection, at);
      },
    });

    const scoped = deny((namespace) => namespace === undefined);
    expect((await refuse(scoped, { keyNamespace: 'kube-system' })).why).toMatch(/Deployment kube-system\/ss/);
    expect((await refuse(scoped)).why).toBeUndefined();
    expect(await refuse(deny(() => true))).toEqual({ why: undefined, logged: expect.stringContaining("whether Sealed Secrets' controller runs here could not be looked up") });
  });
});
