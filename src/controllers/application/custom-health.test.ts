import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { planOf, syncDeps, syncOptions } from '../../../test/support/plans.ts';
import { recordCalls } from '../../../test/support/recording-cluster.ts';
import { liveObject } from '../../gitops/apply/object/live-view.ts';
import type { SyncRun } from '../../gitops/apply/sync-run.ts';
import type { CustomRules, Judgement } from '../../gitops/health/custom-rules.ts';
import { healthy, progressing } from '../../gitops/health/health.ts';
import { configMapType, namespaceType } from '../../kube/resource-types.ts';
import { customHealth } from './custom-health.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
let world: Awaited<ReturnType<typeof openLocalWorld>>;

beforeEach(async () => {
  world = await openLocalWorld();
});
afterEach(() => world.close());

it('a verdict is remembered while its object stays as it is, unless it came too late', async () => {
  await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'test' }, signal);
  const object = await world.cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'a' } }, { fieldManager: 'test' }, signal);
  const verdicts: Judgement[] = [{ health: progressing('too slow'), isLate: true }, { health: healthy }, { health: progressing('asked in vain') }];
  const judge = (): Judgement | undefined => verdicts.shift();
  const rules: CustomRules = { covers: () => true, assess: (one) => rules.judge(one)?.health, judge };
  const deps = { ...syncDeps({ ...recordCalls(world.cluster), kind: 'kubernetes' }), live: { look: () => liveObject(object, true) } };
  deps.memory.rules = { text: 'rules', rules };
  const run: SyncRun = { plan: planOf(namespace, {}), options: syncOptions(namespace), deps, signal, outcomes: new Map() };
  const ask = async (): Promise<unknown> => [...(await customHealth(run, [{ group: '', version: 'v1', kind: 'ConfigMap', namespace, name: 'a' }])).values()];

  expect([await ask(), await ask(), await ask()]).toEqual([[progressing('too slow')], [healthy], [healthy]]);
});
