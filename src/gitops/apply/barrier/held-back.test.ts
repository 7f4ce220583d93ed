import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import { asHook, certificate, devnetApplication, inWave, planDocuments, providing, workload } from '../../../../test/support/planned-objects.ts';
import { syncDeps, syncOptions } from '../../../../test/support/plans.ts';
import { recordCalls } from '../../../../test/support/recording-cluster.ts';
import type { RecordingCluster } from '../../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { ResourceType } from '../../../kube/port.ts';
import { deploymentType, externalSecretType, jobType, secretType } from '../../../kube/resource-types.ts';
import type { Plan } from '../../plan/plan.ts';
import { rolloutKey } from '../rollout/rollout-key.ts';
import type { SyncDeps, SyncOptions } from '../sync-run.ts';
import { syncPlan } from '../sync.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
const certificateType: ResourceType = { group: 'cert-manager.io', version: 'v1', kind: 'Certificate', plural: 'certificates', namespaced: true, statusSubresource: true };
const asPerson = { fieldManager: 'person' };
let cluster: RecordingCluster;
let deps: SyncDeps;
let close: () => Promise<void>;

beforeEach(async () => {
  const world = await openLocalWorld([certificateType]);
  ({ close } = world);
  cluster = recordCalls(world.cluster);
  // things run on it: somebody else makes Secrets
  deps = syncDeps({ ...cluster, kind: 'kubernetes' });
});
afterEach(() => close());

/** One pass; what it waits for, or undefined where it is done. */
async function pass(plan: Plan, more: Partial<SyncOptions> = {}): Promise<string | undefined> {
  const { stop } = await syncPlan({ plan, options: syncOptions(namespace, more), inventory: [] }, deps, signal);
  return stop === undefined ? undefined : `${stop.kind} ${stop.phase}: ${stop.message}`;
}

const make = (name: string, keys: readonly string[]): Promise<KubeObject> =>
  cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data: Object.fromEntries(keys.map((key) => [key, 'dg=='])) }, asPerson, signal);

const setStatus = (type: ResourceType, name: string, status: Readonly<Record<string, unknown>>): Promise<unknown> => cluster.patchStatus(type, { namespace, name }, status, asPerson, signal);

const ready = (observedGeneration: number) => ({ conditions: [{ type: 'Ready', status: 'True', observedGeneration, message: 'up to date' }] });
const complete = { conditions: [{ type: 'Complete', status: 'True' }] };
/** What was applied, in its order, the namespace apart. */
const applied = (): readonly string[] => cluster.calls.filter(({ verb, key }) => verb === 'apply' && key !== namespace).map(({ key }) => key.replace(`${namespace}/`, ''));

describe('what something makes as it runs', () => {
  it('is awaited by its consumer alone, after the producer and everything else is written', async () => {
    const plan = await planDocuments([workload('Deployment', 'web', ['tls/tls.crt']), workload('Deployment', 'other', []), certificate('tls')]);

    expect(await pass(plan)).toBe('waiting waves: waiting for Certificate devnet/tls: Secret devnet/tls is awaited, and it has not said yet that it is ready');
    expect(applied()).toEqual(['other', 'tls']);

    await make('tls', ['tls.crt', 'tls.key']);
    expect(await pass(plan)).toBe('waiting waves: waiting for Certificate devnet/tls: Secret devnet/tls is awaited, and it has not said yet that it is ready');
    await setStatus(certificateType, 'tls', ready(1));
    expect(await pass(plan)).toBeUndefined();
    expect(applied().at(-1)).toBe('web');
  });

  it('is not taken for the work of a spec that is still to come', async () => {
    const first = await planDocuments([certificate('tls'), workload('Deployment', 'web', ['tls/tls.crt'])]);
    await pass(first);
    await make('tls', ['tls.crt', 'tls.key']);
    const live = await cluster.get(certificateType, { namespace, name: 'tls' }, signal);
    await setStatus(certificateType, 'tls', ready(live?.metadata.generation ?? 0));
    expect(await pass(first)).toBeUndefined();

    const second = await planDocuments([certificate('tls', {}, ['b.example']), workload('Deployment', 'web', ['tls/tls.crt'], { changed: 'yes' })]);
    const target = { target: 'u', operation: 'two' };
    expect(await pass(second, target)).toBe('waiting waves: waiting for Certificate devnet/tls: Secret devnet/tls is awaited, and its latest spec is not taken up yet');
    expect(applied().filter((name) => name === 'web')).toHaveLength(1);

    await setStatus(certificateType, 'tls', ready((live?.metadata.generation ?? 0) + 1));
    expect(await pass(second, target)).toBeUndefined();
  });

  it('is not taken for the work of another spec in healing, where a value or a lookup has changed that, and changes it back', async () => {
    const key = rolloutKey(Buffer.alloc(32, 1));
    deps = { ...deps, rollouts: { key: () => Promise.resolve(key), versionOf: () => undefined, isWatched: () => false } };
    const first = await planDocuments([certificate('tls'), workload('Deployment', 'web', ['tls/tls.crt'])]);
    await pass(first);
    await make('tls', ['tls.crt', 'tls.key']);
    const { generation = 0 } = (await cluster.get(certificateType, { namespace, name: 'tls' }, signal))?.metadata ?? {};
    await setStatus(certificateType, 'tls', ready(generation));
    const { gate: admitted = '' } = await syncPlan({ plan: first, options: syncOptions(namespace), inventory: [] }, deps, signal);

    const heal = { mode: 'heal', admitted } as const;
    expect(await pass(first, heal)).toBeUndefined();
    const second = await planDocuments([certificate('tls', {}, ['b.example']), workload('Deployment', 'web', ['tls/tls.crt'], { changed: 'yes' })]);
    expect(await pass(second, heal)).toBe('waiting waves: waiting for Certificate devnet/tls: Secret devnet/tls is awaited, and its latest spec is not taken up yet');
    expect(applied()).toEqual(['tls', 'web', 'tls']);
    await setStatus(certificateType, 'tls', ready(generation + 1));
    const { stop, gate: back = '' } = await syncPlan({ plan: second, options: syncOptions(namespace, heal), inventory: [] }, deps, signal);
    expect([stop, applied()]).toEqual([undefined, ['tls', 'web', 'tls', 'web']]);

    expect(await pass(first, { mode: 'heal', admitted: back })).toContain('latest spec is not taken up yet');
    expect(applied()).toEqual(['tls', 'web', 'tls', 'web', 'tls']);
  });

  it('may be made by what stands in the same wave and needs something itself', async () => {
    const plan = await planDocuments([workload('Deployment', 'a', ['of-b/k'], providing('of-a/k')), workload('Deployment', 'b', [], providing('of-b/k')), workload('Deployment', 'c', ['of-a/k'])]);

    expect(await pass(plan)).toBe('waiting waves: waiting for Deployment devnet/b: Secret devnet/of-b is not made yet (Waiting for the Deployment controller to see generation 1)');
    await make('of-a', ['k']);
    // one that waits for a producer that is not written yet is not let through by what is left of an earlier one
    expect(await pass(plan)).toBe('waiting waves: waiting for Deployment devnet/b: Secret devnet/of-b is not made yet (Waiting for the Deployment controller to see generation 1)');
    await make('of-b', ['k']);
    expect(await pass(plan)).toBeUndefined();
    expect(applied()).toEqual(['b', 'a', 'c']);
  });

  it('is made by a hook before its consumers in the same phase and wave, once that has succeeded in this operation', async () => {
    const plan = await planDocuments([workload('Job', 'user', ['made/k'], asHook('PreSync')), workload('Job', 'zmaker', [], { ...asHook('PreSync'), ...providing('made/k') })]);
    await pass(await planDocuments([]));
    await make('made', ['k']);

    expect(await pass(plan)).toBe('waiting preSync: waiting for hook Job devnet/zmaker; waiting for Job devnet/zmaker: Secret devnet/made is awaited, and the hook has not come to its end');
    expect(applied()).toEqual(['zmaker']);
    await setStatus(jobType, 'zmaker', complete);
    expect(await pass(plan)).toBe('waiting preSync: waiting for hook Job devnet/user');
    expect(applied()).toEqual(['zmaker', 'user']);
  });

  it('is made by a hook of type Sync beside its consumer', async () => {
    const plan = await planDocuments([workload('Deployment', 'web', ['made/k']), workload('Job', 'maker', [], { ...asHook('Sync'), ...providing('made/k') })]);

    await pass(plan);
    expect(applied()).toEqual(['maker']);
    await make('made', ['k']);
    await setStatus(jobType, 'maker', complete);
    // the same pass sees the hook succeed and lets its consumer through: no event would come after it
    await pass(plan);
    expect(applied()).toEqual(['maker', 'web']);
  });

  it('is made before hooks that need it, though its own wave comes after them', async () => {
    const plan = await planDocuments([workload('Job', 'migrate', ['tls/tls.key'], asHook('PreSync')), certificate('tls', inWave(3)), workload('Deployment', 'web', [])]);

    expect(await pass(plan)).toBe('waiting preSync: waiting for Certificate devnet/tls: Secret devnet/tls is awaited, and it has not said yet that it is ready');
    expect(applied()).toEqual(['tls']);
    await make('tls', ['tls.crt', 'tls.key']);
    await setStatus(certificateType, 'tls', ready(1));
    await pass(plan);
    expect(applied()).toEqual(['tls', 'migrate']);
  });

  it('does not hold up the barrier for what is lifted before it, which waits for its own needs', async () => {
    const store = { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name: 'store' }, spec: { provider: { fake: { data: [] } } } };
    const external = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'root' }, spec: { secretStoreRef: { name: 'store' }, data: [{ secretKey: 'token', remoteRef: { key: 'r' } }] } };
    const plan = await planDocuments([store, external, workload('Deployment', 'maker', ['root/token'], { ...providing('made/k'), ...inWave(2) }), workload('Deployment', 'web', ['made/k'])]);

    expect(await pass(plan)).toMatch(/^waiting barrier: waiting for ExternalSecret devnet\/root: /);
    expect(applied()).toEqual(['store', 'root']);
    expect(await cluster.get(externalSecretType, { namespace, name: 'root' }, signal)).toBeDefined();
  });

  it('is not awaited again by who was let through, whatever becomes of the producer', async () => {
    const plan = await planDocuments([workload('Deployment', 'maker', [], providing('made/k')), workload('Deployment', 'web', ['made/k']), workload('Deployment', 'late', [], inWave(1))]);
    await pass(plan);
    await make('made', ['k']);
    await pass(plan);
    expect(applied()).toEqual(['maker', 'web']);

    await cluster.delete(secretType, { namespace, name: 'made' }, {}, signal);
    expect(await pass(plan)).not.toContain('made');
    expect(await pass(plan, { mode: 'heal' })).toBeUndefined();
  });

  it('is awaited again where the chart is gone, its namespace with it', async () => {
    const plan = await planDocuments([workload('Deployment', 'maker', [], providing('made/k')), workload('Deployment', 'web', ['made/k'])]);

    expect(await pass(plan, { mode: 'heal' })).toBe('waiting waves: waiting for Deployment devnet/maker: Secret devnet/made is not made yet (Waiting for the Deployment controller to see generation 1)');
    expect(await pass(plan, { mode: 'heal' })).toBe('waiting waves: waiting for Deployment devnet/maker: Secret devnet/made is not made yet (Waiting for the Deployment controller to see generation 1)');
    await make('made', ['k']);
    expect(await pass(plan, { mode: 'heal' })).toBeUndefined();
    expect(applied()).toEqual(['maker', 'web']);
  });

  it('is awaited again where the chart is gone and needs something else at once', async () => {
    const plan = await planDocuments([workload('Deployment', 'maker', [], providing('made/k')), workload('Deployment', 'web', ['made/k'])]);
    await pass(plan);
    await make('made', ['k']);
    expect(await pass(plan)).toBeUndefined();

    await cluster.delete(secretType, { namespace, name: 'made' }, {}, signal);
    for (const name of ['maker', 'web']) await cluster.delete(deploymentType, { namespace, name }, {}, signal);
    for (const mode of ['heal', 'heal'] as const) expect(await pass(plan, { mode, admitted: 'something else' })).toBe('waiting waves: waiting for Deployment devnet/maker: Secret devnet/made is not made yet (Waiting for the Deployment controller to see generation 1)');
    expect(applied()).toEqual(['maker', 'web', 'maker']);
  });

  it('is awaited again where the chart goes while it is brought in anew', async () => {
    const plan = await planDocuments([workload('Deployment', 'maker', [], providing('made/k')), workload('Deployment', 'web', ['made/k']), workload('Deployment', 'late', [], inWave(1))]);
    const anew = { mode: 'heal', admitted: 'something else' } as const;
    await pass(plan, anew);
    await make('made', ['k']);
    await pass(plan, anew);
    expect(applied()).toEqual(['maker', 'web']);

    await cluster.delete(secretType, { namespace, name: 'made' }, {}, signal);
    for (const name of ['maker', 'web']) await cluster.delete(deploymentType, { namespace, name }, {}, signal);
    expect(await pass(plan, anew)).toContain('Secret devnet/made is not made yet');
    expect(applied()).toEqual(['maker', 'web', 'maker']);
  });

  it('is brought in wave by wave where the barrier is about something else than before, and healed at once where it is not', async () => {
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', annotations: { 'cert-manager.io/cluster-issuer': 'ca' } }, spec: { tls: [{ hosts: ['a.example'], secretName: 'tls' }] } };
    const plan = await planDocuments([ingress, workload('Deployment', 'early', []), workload('Deployment', 'late', [], inWave(1))]);
    const untilEarly = 'waiting waves: waiting for Deployment devnet/early';

    expect(await pass(plan)).toContain(untilEarly);
    expect(await pass(plan, { mode: 'heal', admitted: 'something else' })).toContain(untilEarly);
    expect(new Set(applied())).toEqual(new Set(['web', 'early']));
    deps = syncDeps({ ...cluster, kind: 'kubernetes' });
    expect(await pass(plan, { mode: 'heal' })).toBeUndefined();
    expect(applied()).toContain('late');
  });

  it('is part of what a revision was brought in on', async () => {
    const plan = await planDocuments([workload('Deployment', 'maker', [], providing('made/k')), workload('Deployment', 'web', ['made/k'])]);
    await pass(plan);
    await make('made', ['k']);
    await pass(plan);

    expect(deps.memory.evidence?.secrets).toMatchObject([{ secret: 'devnet/made', by: 'Deployment devnet/maker' }]);
  });

  it('is nothing to wait for on a cluster that only records', async () => {
    const plan = await planDocuments([certificate('tls'), workload('Deployment', 'web', ['tls/tls.crt'])]);
    deps = syncDeps(cluster);

    expect(await pass(plan)).toBeUndefined();
  });

  it('can be what charts take their values from', async () => {
    const application = devnetApplication.replace('namespace: argocd}', 'namespace: argocd, annotations: {prelude.dev/values-from: "[{kind: Secret, name: made, valuesKey: host, targetPath: host}]"}}');
    const chart = { 'devnet/Chart.yaml': 'apiVersion: v2\nname: node\nversion: 1.0.0\n', 'devnet/values.yaml': 'host: ""\n', 'devnet/templates/a.yaml': `${JSON.stringify(workload('Job', 'maker', [], providing('made/host')))}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: valued}\ndata: {host: "{{ .Values.host }}"}\n` };
    const plan = await planDocuments([], application, chart);

    expect(await pass(plan)).toBe('waiting barrier: waiting for Job devnet/maker: Secret devnet/made is awaited, and it has not come to its end');
    expect(applied()).toEqual(['maker']);
    await make('made', ['host']);
    await setStatus(jobType, 'maker', complete);
    // all that it takes is there: the next thing is to render with it
    await expect(pass(plan)).rejects.toThrow('nothing renders it anew');
  });
});
