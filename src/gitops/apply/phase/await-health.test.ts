import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import { planOf, syncDeps, syncOptions } from '../../../../test/support/plans.ts';
import { recordCalls } from '../../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { Cluster } from '../../../kube/port.ts';
import { deploymentType } from '../../../kube/resource-types.ts';
import { compileChecks, rulesOf } from '../../health/custom-rules.ts';
import { loadCel } from '../../health/evaluate-cel.ts';
import type { LoadedRules } from '../../health/load-rules.ts';
import { type LiveObject, liveObject } from '../object/live-view.ts';
import { syncPlan } from '../sync.ts';
import type { SyncDeps } from '../sync-run.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
const cel = await loadCel();
const key = { namespace, name: 'node' };
let cluster: Cluster;
let deps: SyncDeps;
let seen: LiveObject | undefined;
let close: () => Promise<void>;

beforeEach(async () => {
  const world = await openLocalWorld();
  ({ close } = world);
  seen = undefined;
  cluster = { ...recordCalls(world.cluster), kind: 'kubernetes' };
  deps = { ...syncDeps(cluster), live: { look: (type) => (type.kind === 'Deployment' ? (seen ?? 'unknown') : 'unknown') } };
});
afterEach(() => close());

function deployment(image: string): KubeObject {
  const labels = { app: 'node' };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'node' }, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'node', image }] } } } };
}

const after: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'after', annotations: { 'argocd.argoproj.io/sync-wave': '1' } }, data: {} };
const pass = async (image: string) => (await syncPlan({ plan: planOf(namespace, { waves: [deployment(image), after] }), options: syncOptions(namespace, { operation: image }), inventory: [] }, deps, signal)).stop;

/** It has come up, and the watch has shown it. */
async function comesUp(world: Cluster): Promise<void> {
  const live = await world.get(deploymentType, key, signal);
  const status = { observedGeneration: live?.metadata.generation, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  seen = liveObject(await world.patchStatus(deploymentType, key, status, { fieldManager: 'test' }, signal), true);
}

describe('a wave', () => {
  it('does not pass on the health from before its own write, whatever the watch still shows', async () => {
    expect((await pass('node:1'))?.kind).toBe('waiting');
    await comesUp(cluster);
    expect(await pass('node:1')).toBeUndefined();

    expect(await pass('node:2')).toMatchObject({ kind: 'waiting', phase: 'waves' });
  });

  it('does not pass on what other health checks have said', async () => {
    const rules = (text: string, current: string): LoadedRules => ({ text, rules: rulesOf(compileChecks([{ group: 'apps', kind: 'Deployment', current }], cel)) });
    deps.memory.rules = rules('one', 'true');
    await pass('node:1');
    await comesUp(cluster);
    expect(await pass('node:1')).toBeUndefined();

    deps.memory.rules = rules('two', 'false');
    expect(await pass('node:1')).toMatchObject({ kind: 'waiting', phase: 'waves' });
  });
});
