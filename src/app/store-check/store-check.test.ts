import { loadProviders } from '../load-providers.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { Cluster } from '../../kube/port.ts';
import { clusterSecretStoreType, namespaceType, secretStoreType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { checkStore, type StoreCheck, type StoreQuestion } from './store-check.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const planted = 'planted-value';

let world: { readonly cluster: Cluster; readonly close: () => Promise<void> };

beforeEach(async () => {
  world = await openLocalWorld();
  for (const name of ['team', 'other']) await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, by, never);
  const provider = { fake: { data: [{ key: 'plain', value: planted }, { key: 'object', value: JSON.stringify({ [planted]: 'a', b: { c: planted } }) }] } };
  await store('SecretStore', 'vault', { provider });
  await store('SecretStore', 'canary', { provider, controller: 'canary' });
  await store('SecretStore', 'unknown', { provider: { elsewhere: {} } });
  await store('ClusterSecretStore', 'shared', { provider, conditions: [{ namespaces: ['team'] }] }, { 'prelude.dev/allowed-keys': '[plain, "{namespace}/*", obj*]' });
  await store('ClusterSecretStore', 'careless', { provider }, { 'prelude.dev/allowed-keys': 'all' });
});

afterEach(() => world.close());

async function store(kind: 'SecretStore' | 'ClusterSecretStore', name: string, spec: object, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
  const metadata = kind === 'SecretStore' ? { namespace: 'team', name, annotations } : { name, annotations };
  await world.cluster.create(kind === 'SecretStore' ? secretStoreType : clusterSecretStoreType, { apiVersion: 'external-secrets.io/v1', kind, metadata, spec }, by, never);
}

async function check(question: Partial<StoreQuestion>): Promise<StoreCheck> {
  const metrics = createMetrics({ version: 'test', process: false });
  const result = await checkStore({ kind: 'SecretStore', name: 'vault', namespace: 'team', controllerClass: 'default', ...question }, { cluster: world.cluster, clock: systemClock, random: () => 0.5, metrics, registry: await loadProviders([]), allowOwnIdentity: false, environment: {} }, never);
  expect(JSON.stringify(result)).not.toContain(planted);
  return result;
}

function troubles({ parts }: StoreCheck): readonly string[] {
  return parts.flatMap(({ what, trouble }) => (trouble === undefined ? [] : [`${what} ${trouble.kind}: ${trouble.message}`]));
}

describe('checkStore', () => {
  it('says of a store that works whose it is, and that its credentials are accepted', async () => {
    const { label, provider, parts } = await check({});

    expect([label, provider]).toEqual(['SecretStore team/vault', 'fake']);
    expect(parts.map(({ what, answer }) => `${what}: ${answer}`)).toEqual(['store: valid, of any controller class', 'access: namespace "team" may use it', 'credentials: accepted']);
  });

  it.each([
    ['a text', { key: 'plain' }, { bytes: planted.length, form: 'not a JSON object' }],
    ['an object, by the number of its properties', { key: 'object' }, { bytes: 47, form: 'JSON object', properties: 2 }],
    ['a property', { key: 'object', property: 'b' }, { bytes: 21, form: 'JSON object', properties: 1 }],
  ])('describes %s without showing it', async (_what, question, value) => {
    expect((await check(question)).value).toMatchObject(value);
  });

  it.each<[string, Partial<StoreQuestion>, RegExp]>([
    ['a store that is not there', { name: 'none' }, /^store refused: there is no SecretStore team\/none$/],
    ['a store of another class', { name: 'canary' }, /^store refused: it is of controller class "canary"/],
    ['a store of a provider that nobody knows', { name: 'unknown' }, /^store invalid: spec\.provider\.elsewhere: the provider is not known/],
    ['a key that is not there', { key: 'none' }, /^key refused: the provider has no "none"$/],
    ['a property that is not there', { key: 'object', property: 'none' }, /^key refused: the value has no such property$/],
    ['a property of what is no JSON', { key: 'plain', property: 'a' }, /^key invalid: the value is not JSON/],
    ["a SecretStore of somebody else's namespace", { consumer: 'other' }, /^access refused: a SecretStore serves its own namespace only/],
    ['a namespace that the conditions do not admit', { kind: 'ClusterSecretStore', name: 'shared', consumer: 'other' }, /^access refused: spec\.conditions do not admit namespace "other"$/],
    ['a key that the namespace may not read', { kind: 'ClusterSecretStore', name: 'shared', consumer: 'team', key: 'other/db' }, /^access refused: its annotation prelude\.dev\/allowed-keys does not allow namespace "team" to read "other\/db"$/],
    ['allowed keys that make no sense', { kind: 'ClusterSecretStore', name: 'careless' }, /^store invalid: metadata\.annotations\[prelude\.dev\/allowed-keys\]/],
    ['a namespace that is not there', { kind: 'ClusterSecretStore', name: 'shared', consumer: 'none' }, /^access refused: there is no namespace "none"$/],
  ])('names the problem of %s, and asks no further', async (_what, question, problem) => {
    const result = await check(question);

    expect(troubles(result)).toEqual([expect.stringMatching(problem)]);
    expect(result.value).toBeUndefined();
  });

  it('reads through a cluster store for a namespace that it admits', async () => {
    const result = await check({ kind: 'ClusterSecretStore', name: 'shared', consumer: 'team', key: 'object' });

    expect(troubles(result)).toEqual([]);
    expect(result.value).toMatchObject({ properties: 2 });
  });
});
