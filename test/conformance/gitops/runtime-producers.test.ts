import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../../src/api/object.ts';
import { syncPlan } from '../../../src/gitops/apply/sync.ts';
import type { Stop, SyncOptions } from '../../../src/gitops/apply/sync-run.ts';
import type { Plan } from '../../../src/gitops/plan/plan.ts';
import { installProducerKinds, operate, producerOf } from '../../support/barrier-run/producers.ts';
import type { RunSecret } from '../../support/barrier-run/scenario.ts';
import type { AuditEntry } from '../../support/parts/audit-log.ts';
import { isEffectiveWrite } from '../../support/parts/audit-log.ts';
import { asHook, inWave, planDocuments, workload } from '../../support/planned-objects.ts';
import { syncDeps, syncOptions } from '../../support/plans.ts';
import { openRealWorld, type RealWorld } from '../../support/real-world.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
const ending = new AbortController();
let world: RealWorld;
let operators: Promise<unknown>;

/** Each operator takes half of `late` for its Secret. */
function made(maker: RunSecret['maker'], name: string, keys: readonly string[], late: number): RunSecret {
  return { maker, name, keys, late, versions: [1, 2], mood: { delay: 0, trouble: 'none', lasts: 0 } };
}

const secrets = [
  made('certificate', 'tls', ['tls.crt', 'tls.key'], 2_000),
  made('connection', 'conn', ['endpoint'], 3_000),
  made('export', 'exported', ['host'], 1_000),
  made('queue', 'rabbit-default-user', ['username', 'password', 'host', 'port'], 1_500),
  made('job', 'made', ['token'], 2_500),
] as const;

beforeAll(async () => {
  world = await openRealWorld();
  await installProducerKinds(world.cluster, signal);
  operators = operate(world.cluster, { secrets }, namespace, ending.signal).catch(() => {});
});
afterAll(async () => {
  ending.abort();
  await operators;
  await world.stop();
});

/** The producers, whose wave comes last, so that each has to be lifted or waited for. */
function producers(version: number): readonly object[] {
  return secrets.flatMap((secret) => {
    const object = producerOf(secret, version);
    const late = secret.maker === 'connection' ? inWave(9) : {};
    return object === undefined ? [] : [{ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...late } } }];
  });
}

const token: KubeObject = { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token', metadata: { name: 'account-token', annotations: { 'kubernetes.io/service-account.name': 'account' } } };

const documents = (version: number, changed = {}): readonly object[] => [
  ...producers(version),
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'account' } },
  token,
  workload('Job', 'migrate', ['conn/endpoint'], asHook('PreSync')),
  workload('Deployment', 'web', ['tls/tls.crt'], changed),
  workload('Deployment', 'worker', ['exported/host', 'rabbit-default-user/password']),
  workload('Deployment', 'robot', ['account-token', 'made']),
];

/** Passes until nothing stops one; what it waited for on the way. */
async function bringIn(plan: Plan, deps: ReturnType<typeof syncDeps>, more: Partial<SyncOptions> = {}): Promise<readonly string[]> {
  const waited = new Set<string>();
  await vi.waitFor(
    async () => {
      const { stop }: { readonly stop: Stop | undefined } = await syncPlan({ plan, options: syncOptions(namespace, more), inventory: [] }, deps, signal);
      if (stop !== undefined) waited.add(`${stop.kind} ${stop.phase}: ${stop.message}`);
      expect(stop).toBeUndefined();
    },
    { timeout: 40_000, interval: 100 },
  );
  return [...waited];
}

/** When the first write of an object took effect, and the last one. */
function writesOf(log: readonly AuditEntry[], resource: string, name: string): { readonly first: AuditEntry; readonly last: AuditEntry } {
  const found = log.filter((entry) => isEffectiveWrite(entry) && entry.namespace === namespace && entry.resource === resource && entry.name === name && entry.subresource === undefined);
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`nobody has written ${resource}/${name}`);
  return { first, last };
}

describe('Secrets that something makes as it runs', () => {
  const deps = (): ReturnType<typeof syncDeps> => syncDeps(world.cluster);

  it('are there before their consumers are written, by the order of the API server, and nobody waits for ever', async () => {
    const plan = await planDocuments(documents(1));
    expect(plan.problems).toEqual([]);
    const waited = await bringIn(plan, deps());

    const log = world.audit();
    const consumers: readonly (readonly [string, string, readonly string[]])[] = [
      ['jobs', 'migrate', ['conn']],
      ['deployments', 'web', ['tls']],
      ['deployments', 'worker', ['exported', 'rabbit-default-user']],
      ['deployments', 'robot', ['made', 'account-token']],
    ];
    for (const [resource, name, needed] of consumers) {
      for (const secret of needed) expect(writesOf(log, 'secrets', secret).first.completed, `${name} needs ${secret}`).toBeLessThan(writesOf(log, resource, name).first.received);
    }
    expect(waited.some((message) => message.startsWith('waiting preSync: waiting for Database devnet/conn: '))).toBe(true);
    expect(waited.some((message) => message.startsWith('waiting waves: ') && message.includes('Certificate devnet/tls: '))).toBe(true);
  });

  it('are awaited anew where their producer changes, whatever is there of its old spec', async () => {
    const plan = await planDocuments(documents(2, { revision: 'two' }));
    await bringIn(plan, deps(), { target: 'u', operation: 'two' });

    const log = world.audit();
    expect(writesOf(log, 'secrets', 'tls').last.completed).toBeLessThan(writesOf(log, 'deployments', 'web').last.received);
    expect(writesOf(log, 'secrets', 'conn').last.completed).toBeLessThan(writesOf(log, 'jobs', 'migrate').last.received);
  });
});
