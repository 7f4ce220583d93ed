import { describe, expect, it } from 'vitest';
import { certificate, planDocuments, providing, workload } from '../../../../test/support/planned-objects.ts';
import type { Plan } from '../../plan/plan.ts';
import { rolloutKey, type RolloutKey } from '../rollout/rollout-key.ts';
import { gateRecord, isSameGate, withoutValues, withValues } from './gate-record.ts';

const { signal } = new AbortController();
const keys = [1, 2].map((fill) => rolloutKey(Buffer.alloc(32, fill)));
const external = (key: string): object => ({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'one' }, spec: { secretStoreRef: { name: 'store' }, data: [{ secretKey: 'k', remoteRef: { key } }] } });
const plan = (key: string, more: readonly object[] = []): Promise<Plan> => planDocuments([external(key), workload('Deployment', 'web', ['one/k']), ...more]);

async function record(plans: readonly Plan[], key?: RolloutKey, gateAll = false): Promise<string> {
  const made = await gateRecord(plans, { mode: 'heal', gateAll }, { rollouts: { key: () => Promise.resolve(key), versionOf: () => undefined, isWatched: () => false } }, signal);
  return made ?? expect.fail('nothing was made');
}

const same = async (one: Promise<string>, other: Promise<string>): Promise<boolean> => isSameGate(await one, await other);

describe('what goes on record of a gate', () => {
  it('is the same for what is declared alike, by whatever plan, and another one for what is not', async () => {
    expect(await record([await plan('a')], keys[0])).toBe(await record([await plan('a')], keys[0]));
    expect(await same(record([await plan('a')], keys[0]), record([await plan('b')], keys[0]))).toBe(false);
    expect(await same(record([await plan('a')], keys[0]), record([await plan('a', [workload('Job', 'task', ['one/k2'])])], keys[0]))).toBe(false);
  });

  it('is told by the names of what is needed alone where it was hashed with another key, or with none', async () => {
    const [one, two] = [await plan('a'), await plan('b')];
    for (const [before, now] of [[keys[0], keys[1]], [undefined, keys[0]], [keys[0], undefined], [undefined, undefined]]) {
      expect(await same(record([one], before), record([one], now))).toBe(true);
      expect(await same(record([one], before), record([two], now))).toBe(true);
      expect(await same(record([one], before), record([await planDocuments([])], now))).toBe(false);
    }
  });

  it('knows what makes Secrets as it runs, but for hooks, which run in syncs alone', async () => {
    const of = async (...documents: readonly object[]): Promise<string> => record([await planDocuments(documents)], keys[0]);
    const web = workload('Deployment', 'web', ['tls/tls.crt']);
    const maker = (image: string, hook = {}): object => JSON.parse(JSON.stringify(workload('Job', 'maker', [], { ...providing('tls/tls.crt'), ...hook })).replace('c:1', image));

    expect(isSameGate(await of(web, certificate('tls')), await of(web, certificate('tls')))).toBe(true);
    expect(isSameGate(await of(web, certificate('tls')), await of(web, certificate('tls', {}, ['b.example'])))).toBe(false);
    expect(isSameGate(await of(web, maker('c:1')), await of(web, maker('c:2')))).toBe(false);
    const hook = { 'argocd.argoproj.io/hook': 'PreSync' };
    expect(isSameGate(await of(web, maker('c:1', hook)), await of(web, maker('c:2', hook)))).toBe(true);
  });

  it('tells of nothing needed without a key, and asks for none', async () => {
    const none = await planDocuments([external('a')]);
    let asked = 0;
    const rollouts = { key: async () => ((asked += 1), keys[0]), versionOf: () => undefined, isWatched: () => false };

    expect(await gateRecord([none], { mode: 'sync', gateAll: false }, { rollouts }, signal)).toBe('none');
    expect(await gateRecord([await plan('a')], { mode: 'compare', gateAll: false }, { rollouts }, signal)).toBeUndefined();
    expect(asked).toBe(0);
    expect(isSameGate(await record([none], keys[0]), await record([none], keys[0], true))).toBe(false);
  });

  it('has a part for what is brought in, and one for what charts render without values', async () => {
    const [valued, without] = [await plan('a'), await plan('b')];
    const both = await record([valued, without], keys[0]);

    expect([withValues(both), withoutValues(both)]).toEqual([await record([valued], keys[0]), await record([without], keys[0])]);
    const one = await record([valued], keys[0]);
    expect([withValues(one), withoutValues(one)]).toEqual([one, one]);
  });

  it('holds nothing that tells what is declared', async () => {
    const text = await record([await plan('hunter2')], keys[0]);

    expect(text).toMatch(/^[0-9a-f]{32}:1\.[\w-]{8}:[\w-]{22}$/);
  });
});
