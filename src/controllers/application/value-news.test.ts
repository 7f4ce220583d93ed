import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { planOf } from '../../../test/support/plans.ts';
import { recordCalls, type RecordingCluster } from '../../../test/support/recording-cluster.ts';
import { parseApplication } from '../../api/application.ts';
import type { KubeObject } from '../../api/object.ts';
import { readValueSources } from '../../gitops/apply/values/read-value-sources.ts';
import { startOperation, succeedOperation, withValueVersions } from '../../gitops/history/operation.ts';
import type { ValueSource } from '../../gitops/plan/value-source.ts';
import { namespaceType, secretType } from '../../kube/resource-types.ts';
import type { PlanRequest } from './plan-cache.ts';
import { areValuesOthers } from './value-news.ts';
import { createValuePlans, type ValuePlans } from './value-plans.ts';

const { signal } = new AbortController();
const options = { fieldManager: 'test' };
const key = { namespace: 'devnet', name: 'seed' };
const sources: readonly ValueSource[] = [{ kind: 'Secret', name: 'seed', key: 'pair', optional: false }];
const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet' }, spec: { source: { repoURL: 'r' }, destination: { name: 'in-cluster', namespace: 'devnet' } } });
if (!parsed.ok) throw new Error('the sample does not parse');
const { value: sample } = parsed;
const plan = planOf('devnet', {}, { valueSources: sources });
const request: PlanRequest = { key: 'argocd/devnet', application: sample, identity: 'i', wanted: 'a', fallback: undefined };

let cluster: RecordingCluster;
let valuePlans: ValuePlans;
let close: () => Promise<void>;

beforeEach(async () => {
  const world = await openLocalWorld();
  ({ close } = world);
  cluster = recordCalls(world.cluster);
  valuePlans = createValuePlans(() => Promise.resolve(plan));
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, options, signal);
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: key, data: { pair: 'b25l' } }, options, signal);
});
afterEach(() => close());

async function edit(change: (live: KubeObject) => KubeObject): Promise<void> {
  const live = await cluster.get(secretType, key, signal);
  if (live !== undefined) await cluster.update(secretType, change(live), options, signal);
}

/** Brings in the values that are there. Answers which versions are put on record. */
async function bringIn(): Promise<string> {
  const { values, versions } = await readValueSources(cluster, 'devnet', sources, signal);
  await valuePlans.get(request, 'a', values, signal);
  valuePlans.settle(request.key);
  return versions;
}

/** @param seen the version that the watch shows */
async function areOthers(recorded: string | undefined, seen?: string): Promise<boolean> {
  const started = startOperation({ revision: 'a', source: {}, destination: {}, prune: false, allowEmpty: false, automated: true }, 0);
  const application = { ...sample, status: { operationState: withValueVersions(succeedOperation(started, 'done', 0), recorded) } };
  const context = { cluster, valuePlans, secrets: { versionOf: () => seen }, references: { versionOf: () => undefined } };
  return areValuesOthers({ application, plan, request, commit: 'a' }, context, signal);
}

const reads = (): number => cluster.calls.filter(({ verb }) => verb === 'get').length;

it('are the same as long as the watch shows the versions on record, and nothing is read', async () => {
  const recorded = await bringIn();
  const before = reads();

  expect(await areOthers(recorded, recorded.split(' ')[1])).toBe(false);
  expect(reads()).toBe(before);
});

it('are others where the content is, and not for a label', async () => {
  const recorded = await bringIn();
  await edit((live) => ({ ...live, metadata: { ...live.metadata, labels: { a: 'b' } } }));
  expect(await areOthers(recorded, 'newer')).toBe(false);

  await edit((live) => ({ ...live, data: { pair: 'dHdv' } }));
  expect(await areOthers(recorded, 'newer')).toBe(true);
});

it('are others until they have been brought in, though the last render was of these very values', async () => {
  const recorded = await bringIn();
  await edit((live) => ({ ...live, data: { pair: 'dHdv' } }));
  const { values } = await readValueSources(cluster, 'devnet', sources, signal);
  await valuePlans.get(request, 'a', values, signal);

  expect(await areOthers(recorded)).toBe(true);
});

it('are others after a restart where the version is, because nobody knows what was brought in', async () => {
  const recorded = await bringIn();
  valuePlans = createValuePlans(() => Promise.resolve(plan));
  expect(await areOthers(recorded)).toBe(false);

  await edit((live) => ({ ...live, metadata: { ...live.metadata, labels: { a: 'b' } } }));
  expect(await areOthers(recorded)).toBe(true);
});

it('are no others where one is gone, and where none was ever brought in', async () => {
  const recorded = await bringIn();
  await cluster.delete(secretType, key, {}, signal);

  expect(await areOthers(recorded)).toBe(false);
  expect(await areOthers(undefined)).toBe(false);
});
