import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { syncPlan, type SyncResult } from '../../src/gitops/apply/sync.ts';
import { configMapType, jobType } from '../../src/kube/resource-types.ts';
import { planOf, syncDeps, syncOptions } from '../support/plans.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';

const { signal } = new AbortController();
let world: RealWorld;

beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(() => world.stop());

const config: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: {} };

function hook(name: string, type: 'PreSync' | 'PostSync', more: { readonly deadline?: number; readonly policy?: string } = {}): KubeObject {
  const annotations = { 'argocd.argoproj.io/hook': type, ...(more.policy === undefined ? {} : { 'argocd.argoproj.io/hook-delete-policy': more.policy }) };
  const pod = { restartPolicy: 'Never', containers: [{ name: 'job', image: 'job' }], ...(more.deadline === undefined ? {} : { nodeSelector: { there: 'no' } }) };
  const spec = { ...(more.deadline === undefined ? {} : { activeDeadlineSeconds: more.deadline }), backoffLimit: 0, template: { spec: pod } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, annotations }, spec };
}

test('hooks run before and after the waves, each waited for, once in an operation', async () => {
  const namespace = 'hooks-once';
  const plan = planOf(namespace, { preSync: [hook('migrate', 'PreSync')], waves: [config], postSync: [hook('announce', 'PostSync', { policy: 'HookSucceeded' })] });
  const deps = syncDeps(world.cluster);
  const pass = (operation: string): Promise<SyncResult> => syncPlan({ plan, options: syncOptions(namespace, { operation }), inventory: [] }, deps, signal);
  const uid = async (): Promise<string | undefined> => (await world.cluster.get(jobType, { namespace, name: 'migrate' }, signal))?.metadata.uid;

  expect((await pass('one')).stop).toMatchObject({ kind: 'waiting', phase: 'preSync' });
  expect(await world.cluster.get(configMapType, { namespace, name: 'settings' }, signal)).toBeUndefined();
  await vi.waitFor(async () => expect((await pass('one')).stop).toBeUndefined(), { timeout: 20_000, interval: 100 });

  const first = await uid();
  expect(first).toBeDefined();
  expect(await world.cluster.get(configMapType, { namespace, name: 'settings' }, signal)).toBeDefined();
  await vi.waitFor(async () => expect(await world.cluster.get(jobType, { namespace, name: 'announce' }, signal)).toBeUndefined(), { timeout: 20_000 });

  await vi.waitFor(async () => expect((await pass('two')).stop).toBeUndefined(), { timeout: 20_000, interval: 100 });
  expect(await uid()).not.toBe(first);
});

test('a hook that fails ends the operation before its waves, and goes where it says so', async () => {
  const namespace = 'hooks-fail';
  const plan = planOf(namespace, { preSync: [hook('migrate', 'PreSync', { deadline: 1, policy: 'HookFailed' })], waves: [config] });
  const deps = syncDeps(world.cluster);
  const pass = (): Promise<SyncResult> => syncPlan({ plan, options: syncOptions(namespace), inventory: [] }, deps, signal);

  await vi.waitFor(async () => expect((await pass()).stop).toMatchObject({ kind: 'failed', phase: 'preSync', message: expect.stringMatching(/^hook Job hooks-fail\/migrate \(by-hand\.yaml:1\): .*deadline/) }), { timeout: 20_000, interval: 100 });
  expect(await world.cluster.get(configMapType, { namespace, name: 'settings' }, signal)).toBeUndefined();
  await vi.waitFor(async () => expect(await world.cluster.get(jobType, { namespace, name: 'migrate' }, signal)).toBeUndefined(), { timeout: 20_000 });
});
