import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import { planOf, syncDeps, syncOptions } from '../../../../test/support/plans.ts';
import { recordCalls } from '../../../../test/support/recording-cluster.ts';
import type { World } from '../../../../test/support/secret-stage.ts';
import type { KubeObject } from '../../../api/object.ts';
import { KubeError, type KubeErrorKind } from '../../../kube/kube-error.ts';
import type { ApplyOptions } from '../../../kube/port.ts';
import { textValue } from '../../../seal/sops/sops-value.ts';
import type { SopsDocument } from '../../../seal/sops/read-sops.ts';
import type { PhaseName, Plan, RenderedObject } from '../../plan/plan.ts';
import type { ProgressEvent } from '../progress.ts';
import { syncPlan } from '../sync.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
const text = 'admission webhook "policy.example.com" denied the request: CANARY is weak';
const kinds = ['invalid', 'conflict', 'denied', 'exists', 'expired', 'unsupported'] as const;

let world: World;
beforeEach(async () => {
  world = await openLocalWorld();
});
afterEach(() => world.close());

/** How an object comes to hold a value that nobody may see. */
const holdings = {
  values: { holdsValues: true },
  sops: { sops: { content: Buffer.from(''), format: 'yaml', document: 0 } },
} as const satisfies Readonly<Record<string, Partial<RenderedObject>>>;
type Holding = keyof typeof holdings;

/** What the file of the object holds that is encrypted with SOPS. */
const opened: SopsDocument = { line: 1, root: mapOf({ kind: 'ConfigMap', metadata: { name: 'holder' }, data: { value: 'CANARY' } }) };

interface Tree {
  readonly [key: string]: string | Tree;
}

function mapOf(tree: Tree): SopsDocument['root'] {
  const entries = Object.entries(tree).map(([key, value]) => ({ key, comments: [], line: 1, value: typeof value === 'string' ? ({ kind: 'leaf', value: textValue(value), line: 1 } as const) : mapOf(value) }));
  return { kind: 'map', entries };
}

/** In either phase nothing but the object with the value. */
function planWith(phase: PhaseName, holding: Holding): Plan {
  const annotations = phase === 'preSync' ? { 'argocd.argoproj.io/hook': 'PreSync' } : {};
  const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'holder', annotations }, data: { value: 'CANARY' } };
  const plan = planOf(namespace, { [phase]: [object] });
  return { ...plan, phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.map((one) => ({ ...one, taint: [['data', 'value']], ...holdings[holding] })) })) };
}

interface Refused {
  /** Everything that a person gets to see. */
  readonly told: string;
  readonly asked: readonly ApplyOptions[];
}

/** A sync, or the compare after one that went well, against an API server that takes no object but the namespace. */
async function refused(phase: PhaseName, kind: KubeErrorKind, mode: 'sync' | 'compare' = 'sync', holding: Holding = 'values'): Promise<Refused> {
  const [progress, asked]: [ProgressEvent[], ApplyOptions[]] = [[], []];
  const pass = (cluster: World['cluster'], how: 'sync' | 'compare') => syncPlan({ plan: planWith(phase, holding), options: syncOptions(namespace, { mode: how }), inventory: [] }, { ...syncDeps(cluster, progress), openSops: async () => opened }, signal);
  if (mode === 'compare') await pass(world.cluster, 'sync');
  const cluster = recordCalls(world.cluster);
  const { stop, outcomes } = await pass({
    ...cluster,
    apply: (type, object, options, applySignal) => {
      if (type.kind === 'Namespace') return cluster.apply(type, object, options, applySignal);
      asked.push(options);
      return Promise.reject(new KubeError(kind, text));
    },
  }, mode);
  return { told: JSON.stringify([stop, [...outcomes.values()], progress]), asked };
}

describe('an object with values from Secrets', () => {
  it.each([...kinds.map((kind) => ['waves', kind, 'sync'] as const), ...kinds.map((kind) => ['preSync', kind, 'sync'] as const), ['waves', 'denied', 'compare'] as const])('is not quoted where in %s it is refused as %s, in a %s', async (phase, kind, mode) => {
    const { told } = await refused(phase, kind, mode);

    expect(told).toContain('why is not told, because it holds values from Secrets');
    expect(told).not.toContain('CANARY');
  });

  it.each<[PhaseName, 'sync' | 'compare']>([['waves', 'sync'], ['waves', 'compare'], ['preSync', 'sync']])('is sent in %s as one that may not be quoted, in a %s', async (phase, mode) => {
    expect((await refused(phase, 'denied', mode)).asked).toMatchObject([{ holdsValues: true }]);
  });

  it.each(['unavailable', 'throttled', 'absent'] as const)('is not what an API server speaks of that is %s', async (kind) => {
    expect((await refused('waves', kind)).told).toContain('policy.example.com');
    expect((await refused('preSync', kind)).told).toContain('policy.example.com');
  });
});

describe('an object that was decrypted', () => {
  it.each([...kinds.map((kind) => [kind, 'sync'] as const), ['denied', 'compare'] as const])('is not quoted where it is refused as %s, in a %s, and is sent as one that may not be', async (kind, mode) => {
    const { told, asked } = await refused('waves', kind, mode, 'sops');

    expect(told).toContain('decrypt it and apply it with --dry-run=server to see why');
    expect(told).not.toContain('CANARY');
    expect(asked).toMatchObject([{ holdsValues: true }]);
  });

  it.each(['unavailable', 'throttled', 'absent'] as const)('is not what an API server speaks of that is %s', async (kind) => {
    expect((await refused('waves', kind, 'sync', 'sops')).told).toContain('policy.example.com');
  });
});
