import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { clusterRoleBindingType, clusterRoleType, deploymentType, leaseType, namespaceType } from '../../kube/resource-types.ts';
import { createLog, silentLog } from '../../lib/log.ts';
import { findLiveOperator, refuseBesideLive } from './live-operator.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };

let world: { readonly cluster: Cluster; readonly close: () => Promise<void> };
let cluster: Cluster;
let clock: FakeClock;
let logged: string;

beforeEach(async () => {
  world = await openLocalWorld();
  cluster = world.cluster;
  clock = createFakeClock(Date.UTC(2026, 0, 1, 12));
  logged = '';
  for (const name of ['es', 'tenant']) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, by, never);
  const rbac = 'rbac.authorization.k8s.io/v1';
  const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'] }];
  await cluster.create(clusterRoleType, { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'eso' }, rules }, by, never);
  const binding = { roleRef: { kind: 'ClusterRole', name: 'eso' }, subjects: [{ kind: 'ServiceAccount', namespace: 'es', name: 'eso' }] };
  await cluster.create(clusterRoleBindingType, { apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name: 'eso' }, ...binding }, by, never);
});

afterEach(() => world.close());

async function deploy(replicas: number, args: readonly string[] = [], namespace = 'es'): Promise<void> {
  const containers = [{ name: 'main', image: 'ghcr.io/external-secrets/external-secrets:v0.20.4', args }];
  await cluster.create(deploymentType, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name: 'eso' }, spec: { replicas, selector: {}, template: { spec: { serviceAccountName: 'eso', containers } } } }, by, never);
}

async function hold(holderIdentity: string, renewTime: string, namespace = 'es', leaseDurationSeconds = 15): Promise<void> {
  await cluster.create(leaseType, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name: 'external-secrets-controller' }, spec: { holderIdentity, leaseDurationSeconds, renewTime } }, by, never);
}

function refuse(controllerClass: string, over: Cluster = cluster): Promise<string | undefined> {
  const log = createLog({ level: 'warn', destination: { write: (line) => (logged += line) } });
  return refuseBesideLive(over, { controllerClass, clock, log }, never);
}

describe('findLiveOperator', () => {
  it('finds nobody in an empty cluster, and nobody in one that was scaled down', async () => {
    expect(await findLiveOperator(cluster, clock, never)).toBeUndefined();
    await deploy(0);
    expect(await findLiveOperator(cluster, clock, never)).toBeUndefined();
  });

  it('finds a controller by its Deployment, and what it serves', async () => {
    await deploy(2, ['--controller-class=blue', '--namespace=shop']);

    expect(await findLiveOperator(cluster, clock, never)).toEqual({ label: 'Deployment es/eso', controllerClass: 'blue', watches: 'shop' });
  });

  it.each([
    ['that is held', 'pod_1', '2026-01-01T11:59:50.000000Z', true],
    ['that has run out', 'pod_1', '2026-01-01T11:59:40.000000Z', false],
    ['that was given back', '', '2026-01-01T11:59:59.000000Z', false],
    ['from a far future', 'pod_1', '2099-01-01T00:00:00.000000Z', false],
  ])('goes by a lease %s where the Deployment beside it has no pods', async (_what, holder, time, live) => {
    await deploy(0);
    await hold(holder, time);

    expect((await findLiveOperator(cluster, clock, never)) !== undefined).toBe(live);
  });
});

describe('refuseBesideLive', () => {
  it('is not stopped by what anybody could make in a namespace of their own, and names it', async () => {
    await deploy(1, [], 'tenant');
    await hold('pod_1', '2026-01-01T12:00:00.000000Z', 'tenant');

    expect(await refuse('default')).toBeUndefined();
    expect(logged).toContain('tenant/eso');
  });

  it('believes no lease for longer than a minute', async () => {
    await deploy(0);
    await hold('pod_1', '2026-01-01T11:58:59.000000Z', 'es', 1_000_000);

    expect(await refuse('default')).toBeUndefined();
  });

  it('refuses beside a controller of the same class, and says what to do', async () => {
    await deploy(1);

    expect(await refuse('default')).toMatch(/External Secrets Operator runs here with controller class "default": Deployment es\/eso\..*prelude takeover eso --check.*--controller-class.*--beside-eso/);
    expect(await refuse('canary')).toBeUndefined();
  });

  it('takes a holder of the lease for one of the default class', async () => {
    await deploy(0);
    await hold('pod_1', '2026-01-01T12:00:00.000000Z');

    expect(await refuse('default')).toMatch(/"pod_1", which holds Lease es\/external-secrets-controller/);
    expect(await refuse('canary')).toBeUndefined();
  });

  it('starts, and says so, where it may not look', async () => {
    const blind: Cluster = {
      ...cluster,
      pages: () => {
        throw new KubeError('denied', 'list deployments: forbidden');
      },
    };

    expect(await refuse('default', blind)).toBeUndefined();
    expect(logged).toContain('could not be looked up');
  });

  it('looks again while the cluster does not answer', async () => {
    await deploy(1);
    let failures = 2;
    const flaky: Cluster = {
      ...cluster,
      get: (...args) => cluster.get(...args),
      pages: (...args) => {
        failures -= 1;
        if (failures >= 0) throw new KubeError('unavailable', 'list deployments: connection refused');
        return cluster.pages(...args);
      },
    };

    const refused = refuse('default', flaky);
    let answer: string | undefined;
    void refused.then((message) => (answer = message));
    await expect.poll(() => clock.advance(1_000).then(() => answer)).toMatch(/runs here/);

    failures = 1;
    await expect(refuseBesideLive(flaky, { controllerClass: 'default', clock, log: silentLog, patient: false }, never)).rejects.toThrow('connection refused');
  });
});
