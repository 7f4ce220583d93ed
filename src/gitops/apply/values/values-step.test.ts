import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import { planOf, syncDeps, syncOptions } from '../../../../test/support/plans.ts';
import { recordCalls, type RecordingCluster } from '../../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../../api/object.ts';
import { configMapType, namespaceType, secretType } from '../../../kube/resource-types.ts';
import { valueKey, type ValueSource } from '../../plan/value-source.ts';
import type { Plan, ResolvedNeed } from '../../plan/plan.ts';
import type { ValuesFromCluster } from '../../render/renderer.ts';
import { SourceError } from '../../source/source-error.ts';
import { healChart, syncPlan, type SyncResult } from '../sync.ts';
import type { SyncDeps, SyncOptions } from '../sync-run.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
const source: ValueSource = { kind: 'Secret', name: 'seed', key: 'pair', optional: false };
let cluster: RecordingCluster;
let deps: SyncDeps;
let replanned: ValuesFromCluster[];
let close: () => Promise<void>;

beforeEach(async () => {
  const world = await openLocalWorld();
  ({ close } = world);
  cluster = recordCalls(world.cluster);
  replanned = [];
  deps = {
    ...syncDeps(cluster),
    replan: async (values) => {
      replanned.push(values);
      return withValues(Buffer.from(values.get(valueKey(source))?.reveal() ?? []).toString('utf8'));
    },
  };
});
afterEach(() => close());

function config(name: string, value: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } };
}

const need: ResolvedNeed = { namespace, secret: 'seed', key: 'pair', consumers: [{ kind: 'Application', name: 'devnet', origin: { file: 'app.yaml', line: 4 }, path: 'metadata' }], resolution: { state: 'barrier', reason: 'made by hand' } };

/** A chart that takes values of a Secret and of a ConfigMap that it brings itself, with an account, a Secret of its own that holds the value, and what runs. */
function withValues(value: string, more: Partial<Plan> = {}): Plan {
  const plan = planOf(namespace, { plumbing: [config('account', 'x')], secrets: [config('producer', 'x'), config('holder', value)], waves: [config('node', value), config('plain', 'x')] }, { needs: [need], valueSources: [source, { kind: 'ConfigMap', name: 'producer', key: 'value', optional: false }], ...more });
  const holding = new Set(['holder', 'node']);
  return { ...plan, phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.map((one) => (holding.has(one.object.metadata.name) ? { ...one, taint: [['data', 'value']], holdsValues: true } : one)) })) };
}

const sync = (more: Partial<SyncOptions> = {}, plan = withValues('placeholder')): Promise<SyncResult> => syncPlan({ plan, options: syncOptions(namespace, more), inventory: [] }, deps, signal);
const written = (): readonly string[] => cluster.calls.filter(({ verb }) => verb === 'apply').map(({ key }) => key);
const valueOf = async (name: string): Promise<unknown> => (await cluster.get(configMapType, { namespace, name }, signal))?.['data'];

async function createSeed(data: Readonly<Record<string, string>>): Promise<void> {
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'seed' }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) }, { fieldManager: 'test' }, signal);
}

describe('a plan whose charts take values from Secrets', () => {
  it('waits for them with everything made that makes them, and nothing written that would hold a placeholder', async () => {
    const { stop, desired } = await sync();

    expect(stop).toMatchObject({ kind: 'waiting', phase: 'barrier', message: expect.stringContaining('devnet/seed') });
    expect(written()).toEqual(['devnet', 'devnet/producer']);
    expect(desired.map(({ name }) => name)).toEqual(['account', 'producer', 'holder', 'node', 'plain']);
    expect(replanned).toEqual([]);
  });

  it('leaves the revision before not whole any more, once something is made, and whole while nothing is', async () => {
    const untouched = async (more: Partial<SyncOptions>, awaited: readonly string[]): Promise<string | undefined> => {
      deps = { ...deps, memory: { ...deps.memory, untouched: 't' }, awaited: () => awaited };
      await sync(more);
      return deps.memory.untouched;
    };

    expect(await untouched({}, ['Application argocd/stores is not in'])).toBe('t');
    expect(await untouched({ mode: 'heal' }, [])).toBe('t');
    expect(await untouched({}, [])).toBeUndefined();
  });

  it('is rendered with them once they are there, and goes on as any other', async () => {
    await sync();
    await createSeed({ pair: 'CANARY' });
    const { stop } = await sync();

    expect(stop).toBeUndefined();
    expect([await valueOf('holder'), await valueOf('node')]).toEqual([{ value: 'CANARY' }, { value: 'CANARY' }]);
    expect(written().slice(2)).toEqual(['devnet/account', 'devnet/holder', 'devnet/node', 'devnet/plain']);
  });

  it('brings in a value that has changed as it heals, and asks no barrier that has opened', async () => {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'test' }, signal);
    await createSeed({ pair: 'one' });
    await sync();
    const live = await cluster.get(secretType, { namespace, name: 'seed' }, signal);
    if (live === undefined) throw new Error('the Secret is not there');
    await cluster.update(secretType, { ...live, data: { pair: Buffer.from('two').toString('base64') } }, { fieldManager: 'test' }, signal);
    const { stop } = await sync({ mode: 'heal' });

    expect(stop).toBeUndefined();
    expect(await valueOf('node')).toEqual({ value: 'two' });
  });

  it('waits for what they are of, as it heals, only where that is brought in anew', async () => {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'test' }, signal);
    await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'seed', finalizers: ['example.com/held'] }, data: { pair: 'dg==' } }, { fieldManager: 'test' }, signal);
    expect((await sync()).stop).toBeUndefined();
    await cluster.delete(secretType, { namespace, name: 'seed' }, {}, signal);

    expect((await sync({ mode: 'heal' })).stop).toBeUndefined();
    deps.memory.opened = undefined;
    deps.memory.rebuilding = 't';
    const before = replanned.length;
    expect((await sync({ mode: 'heal' })).stop).toMatchObject({ kind: 'waiting', phase: 'barrier' });
    expect(replanned).toHaveLength(before);
  });

  it('waits for a key of a ConfigMap, too, and not for what is optional', async () => {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'test' }, signal);
    const facts: ValueSource = { kind: 'ConfigMap', name: 'facts', key: 'peers', optional: false };
    const { replan } = deps;
    deps = { ...deps, replan: async (...asked) => ({ ...(await replan?.(...asked) ?? withValues('')), needs: [] }) };
    const plan = withValues('placeholder', { needs: [], valueSources: [facts, { ...source, optional: true }] });

    expect((await sync({}, plan)).stop).toMatchObject({ kind: 'waiting', message: 'waiting for key peers of ConfigMap devnet/facts, which a chart takes a value from' });
    await cluster.create(configMapType, { ...config('facts', 'x'), metadata: { namespace, name: 'facts' }, data: { peers: 'a,b' } }, { fieldManager: 'test' }, signal);
    expect((await sync({}, plan)).stop).toBeUndefined();
    expect(replanned.map((values) => [...values.keys()])).toEqual([['ConfigMap/facts/peers']]);
  });

  it.each([true, false])('leaves nothing behind of a branch that was taken for placeholders alone (pruning: %s)', async (prune) => {
    await sync();
    await createSeed({ pair: 'x' });
    const { replan } = deps;
    const real = async (...asked: Parameters<NonNullable<typeof replan>>): Promise<Plan> => {
      const plan = (await replan?.(...asked)) ?? withValues('');
      return { ...plan, phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.filter(({ object }) => object.metadata.name !== 'producer') })) };
    };
    deps = { ...deps, replan: real };
    const { stop, leftover } = await sync({ prune });

    expect(stop).toBeUndefined();
    expect(leftover.map(({ name }) => name)).toEqual(prune ? [] : ['producer']);
    expect(await valueOf('producer')).toEqual(prune ? undefined : { value: 'x' });
  });

  it.each([
    ['does not go on where what makes the Secrets is otherwise with their values', 'producer', /^waiting for another render: ConfigMap \S*producer \(.*\) is rendered otherwise with the values than without them; what makes the Secrets/],
    ['goes on where something else is', 'account', undefined],
  ])('%s', async (_what, name, message) => {
    await sync();
    await createSeed({ pair: 'x' });
    const real = withValues('x');
    const other = { ...real, phases: real.phases.map((phase) => ({ ...phase, objects: phase.objects.map((one) => (one.object.metadata.name === name ? { ...one, object: { ...one.object, data: { value: 'another' } } } : one)) })) };
    let outdated = 0;
    deps = { ...deps, replan: async () => other, onUnsteady: () => void (outdated += 1) };
    const { stop } = await sync();

    expect(stop).toEqual(message === undefined ? undefined : { kind: 'waiting', phase: 'barrier', message: expect.stringMatching(message), isRenderedAnew: true });
    expect(outdated).toBe(message === undefined ? 0 : 1);
    expect(await valueOf('node')).toEqual(message === undefined ? { value: 'x' } : undefined);
  });

  it('tells which versions the values were read from', async () => {
    await sync();
    await createSeed({ pair: 'x' });
    const { values } = await sync();
    const versions = await Promise.all([[configMapType, 'producer'] as const, [secretType, 'seed'] as const].map(async ([type, name]) => (await cluster.get(type, { namespace, name }, signal))?.metadata.resourceVersion));

    expect(values).toBe(`ConfigMap/producer ${versions[0] ?? ''}, Secret/seed ${versions[1] ?? ''}`);
    expect((await sync()).values).toBe(values);
  });

  it('says why a source cannot be read for the second pass', async () => {
    deps = { ...deps, replan: () => Promise.reject(new SourceError('unavailable', 'the repository does not answer')) };
    await sync();
    await createSeed({ pair: 'x' });

    expect((await sync()).stop).toEqual({ kind: 'failed', phase: 'barrier', message: 'the repository does not answer' });
  });

  it('is put back after a newer one waits without what only its values tell', async () => {
    await sync();
    await createSeed({ pair: 'CANARY' });
    await sync();
    await healChart({ plan: withValues('placeholder'), options: syncOptions(namespace) }, () => false, deps, signal);

    expect(await valueOf('node')).toEqual({ value: 'CANARY' });
  });
});
