import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { planOf, syncDeps, syncOptions } from '../../../test/support/plans.ts';
import type { KubeObject } from '../../api/object.ts';
import type { SyncDeps, SyncRun } from '../../gitops/apply/sync-run.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { ValuesFromCluster } from '../../gitops/render/renderer.ts';
import { SourceError } from '../../gitops/source/source-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { namespaceType, secretType } from '../../kube/resource-types.ts';
import { deletePlan } from './delete-plan.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
const hook: KubeObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'farewell', annotations: { 'argocd.argoproj.io/hook': 'PreDelete' } }, spec: {} };
const real = planOf(namespace, { preDelete: [hook] }, { revision: 'real' });
let cluster: Cluster;
let deps: SyncDeps;
let replanned: (ValuesFromCluster | undefined)[];
let now: number;
let close: () => Promise<void>;

beforeEach(async () => {
  ({ cluster, close } = await openLocalWorld());
  [replanned, now] = [[], 0];
  const known = syncDeps(cluster);
  deps = {
    ...known,
    clock: { ...known.clock, monotonic: () => now },
    replan: (values) => {
      replanned.push(values);
      return Promise.resolve(real);
    },
  };
});
afterEach(() => close());

/** A plan with placeholders. */
function opaque(phase: 'preDelete' | 'postDelete', holdsValues: boolean): Plan {
  const plan = planOf(namespace, { [phase]: [hook] }, { valueSources: [{ kind: 'Secret', name: 'mail', key: 'password', optional: false }] });
  return holdsValues ? { ...plan, phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.map((one) => ({ ...one, holdsValues: true as const })) })) } : plan;
}

const ask = (phase: 'preDelete' | 'postDelete', plan: Plan): ReturnType<typeof deletePlan> => {
  const run: SyncRun = { plan, options: syncOptions(namespace), deps, signal, outcomes: new Map() };
  return deletePlan(run, phase);
};

async function makeSecret(): Promise<void> {
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'test' }, signal);
  const data = { password: Buffer.from('hunter2').toString('base64') };
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'mail' }, data }, { fieldManager: 'test' }, signal);
}

describe('hooks of a deletion', () => {
  it.each(['preDelete', 'postDelete'] as const)('(%s) are run with the values that are there', async (phase) => {
    await makeSecret();

    expect(await ask(phase, opaque(phase, true))).toBe(real);
    expect(replanned.map((values) => values?.size)).toEqual([1]);
  });

  it('before it wait for values that are not there, and for no longer than they may', async () => {
    const message = 'its PreDelete hooks take values that are not there: waiting for key password of Secret devnet/mail';
    expect(await ask('preDelete', opaque('preDelete', true))).toEqual({ kind: 'waiting', phase: 'preDelete', message });
    now = 600_001;
    expect(await ask('preDelete', opaque('preDelete', true))).toEqual({ kind: 'failed', phase: 'preDelete', message: `${message}, for more than 600 s` });
    await makeSecret();

    expect(await ask('preDelete', opaque('preDelete', true))).toBe(real);
  });

  it('after it are refused where their values are gone', async () => {
    expect(await ask('postDelete', opaque('postDelete', true))).toMatchObject({ kind: 'failed', phase: 'postDelete', message: expect.stringContaining('not there any more (key password of Secret devnet/mail)') });
    expect(replanned).toEqual([]);
  });

  it('that hold no such value are run as they are', async () => {
    for (const plan of [opaque('postDelete', false), planOf(namespace, { postDelete: [hook] })]) expect(await ask('postDelete', plan)).toBe(plan);
  });

  it('fail where the chart does not take the values', async () => {
    await makeSecret();
    deps = { ...deps, replan: () => Promise.reject(new SourceError('denied', 'the chart says no')) };

    expect(await ask('preDelete', opaque('preDelete', true))).toEqual({ kind: 'failed', phase: 'preDelete', message: 'the chart says no' });
  });
});
