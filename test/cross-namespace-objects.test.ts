import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../src/api/object.ts';
import type { Cluster, ResourceType } from '../src/kube/port.ts';
import { clusterSecretStoreType, configMapType, externalSecretType, generatorType, namespaceType, pushSecretType, secretStoreType, secretType } from '../src/kube/resource-types.ts';
import { openLocalWorld } from './support/local-world.ts';
import { recordCalls, type RecordingCluster } from './support/recording-cluster.ts';
import type { World } from './support/secret-stage.ts';
import { type RunningSecrets, secretData, startSecrets } from './support/secret-world.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const [own, other] = ['team-a', 'team-b'];

let world: World;
let recorded: RecordingCluster;
let running: RunningSecrets;
/** Lists that the controllers have asked one namespace for. */
const listed: string[] = [];

const externalSecrets = 'external-secrets.io/v1';
const shared = { team: 'shared' };

/** Both teams have a store `vault` and a Secret `source` that bear the same labels; only the other one has what is called `only-b`. */
beforeAll(async () => {
  world = await openLocalWorld();
  for (const name of [own, other]) {
    await create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await create(secretStoreType, store('vault', name, name));
    await create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: name, name: 'source', labels: shared }, data: { a: base64(`of ${name}`) } });
  }
  await create(secretStoreType, store('only-b', other, 'stolen'));
  await create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: other, name: 'only-b', labels: { only: 'b' } }, data: { a: base64('stolen') } });
  await create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: other, name: 'only-b' }, data: { a: 'stolen' } });
  await create(generatorType('Fake'), { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Fake', metadata: { namespace: other, name: 'only-b' }, spec: { data: { a: 'stolen' } } });
  const { metadata, spec } = store('for-b', other, 'stolen');
  await create(clusterSecretStoreType, { apiVersion: externalSecrets, kind: 'ClusterSecretStore', metadata: { name: metadata.name, labels: { for: 'b' } }, spec: { ...spec, conditions: [{ namespaces: [other] }] } });

  recorded = recordCalls(world.cluster);
  running = await startSecrets({ ...recorded, pages: noted }, {});
});

afterAll(async () => {
  await running.stop();
  await world.close();
});

const noted: Cluster['pages'] = (type, selection, signal) => {
  if (selection.namespace !== undefined) listed.push(`${type.plural} ${selection.namespace}/`);
  return world.cluster.pages(type, selection, signal);
};

function create(type: ResourceType, object: KubeObject): Promise<KubeObject> {
  return world.cluster.create(type, object, by, never);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function store(name: string, namespace: string, value: string): KubeObject & { readonly spec: object } {
  return { apiVersion: externalSecrets, kind: 'SecretStore', metadata: { namespace, name, labels: shared }, spec: { provider: { fake: { data: [{ key: 'k', value }] } } } };
}

/** In the namespace of the one who tries. */
function externalSecret(name: string, spec: object, namespace: string = own): KubeObject {
  return { apiVersion: externalSecrets, kind: 'ExternalSecret', metadata: { namespace, name }, spec };
}

function pushSecret(name: string, spec: object): KubeObject {
  const standard = { secretStoreRefs: [{ name: 'vault' }], selector: { secret: { name: 'source' } }, data: [{ match: { secretKey: 'a', remoteRef: { remoteKey: name } } }] };
  return { apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret', metadata: { namespace: own, name }, spec: { ...standard, ...spec } };
}

const statusSchema = z.object({ conditions: z.array(z.object({ status: z.string(), message: z.string() })).default([]) });

async function conditionOf(type: ResourceType, name: string, namespace: string = own): Promise<string> {
  const object = await world.cluster.get(type, { namespace, name }, never);
  const [condition] = statusSchema.parse(object?.['status'] ?? {}).conditions;
  return `${condition?.status ?? ''} ${condition?.message ?? ''}`;
}

const fromVault = { secretStoreRef: { name: 'vault' }, data: [{ secretKey: 'a', remoteRef: { key: 'k' } }] };
const generatorRef = { kind: 'Fake', name: 'only-b' };
const clusterStore = { name: 'for-b', kind: 'ClusterSecretStore' };
const fromSecret = { templateFrom: [{ secret: { name: 'only-b', items: [{ key: 'a' }] } }] };
const fromConfigMap = { templateFrom: [{ configMap: { name: 'only-b', items: [{ key: 'a' }] } }] };

/** What a team may try to get at what another one has, and what it is told. */
const attempts: readonly { readonly by: string; readonly type: ResourceType; readonly object: KubeObject; readonly told: RegExp }[] = [
  { by: "the store of an ExternalSecret", type: externalSecretType, object: externalSecret('store', { ...fromVault, secretStoreRef: { name: 'only-b' } }), told: /SecretStore "only-b" does not exist/ },
  { by: 'the store of one entry', type: externalSecretType, object: externalSecret('entry', { ...fromVault, data: [{ secretKey: 'a', remoteRef: { key: 'k' }, sourceRef: { storeRef: { name: 'only-b' } } }] }), told: /SecretStore "only-b" does not exist/ },
  { by: 'a generator', type: externalSecretType, object: externalSecret('generator', { dataFrom: [{ sourceRef: { generatorRef } }] }), told: /Fake "only-b" does not exist/ },
  { by: 'a Secret with templates', type: externalSecretType, object: externalSecret('template-secret', { ...fromVault, target: { template: fromSecret } }), told: /Secret "?only-b"?/ },
  { by: 'a ConfigMap with templates', type: externalSecretType, object: externalSecret('template-config-map', { ...fromVault, target: { template: fromConfigMap } }), told: /ConfigMap "?only-b"?/ },
  { by: 'a cluster store that is not for it', type: externalSecretType, object: externalSecret('cluster-store', { ...fromVault, secretStoreRef: clusterStore }), told: /"for-b" is not allowed from namespace "team-a"/ },
  { by: 'the store of a PushSecret', type: pushSecretType, object: pushSecret('push-store', { secretStoreRefs: [{ name: 'only-b' }] }), told: /SecretStore "only-b": it does not exist/ },
  { by: 'a Secret to push', type: pushSecretType, object: pushSecret('push-source', { selector: { secret: { name: 'only-b' } } }), told: /Secret "only-b" does not exist/ },
  { by: 'labels of Secrets to push', type: pushSecretType, object: pushSecret('push-labels', { selector: { secret: { selector: { matchLabels: { only: 'b' } } } } }), told: /no Secret bears the labels/ },
  { by: 'a generator to push of', type: pushSecretType, object: pushSecret('push-generator', { selector: { generatorRef } }), told: /Fake .*only-b.* does not exist/ },
  { by: 'a Secret with templates of a PushSecret', type: pushSecretType, object: pushSecret('push-template', { template: fromSecret }), told: /Secret "?only-b"?/ },
  { by: 'a ConfigMap with templates of a PushSecret', type: pushSecretType, object: pushSecret('push-template-map', { template: fromConfigMap }), told: /ConfigMap "?only-b"?/ },
  { by: 'a cluster store that is not for it, to push to', type: pushSecretType, object: pushSecret('push-cluster-store', { secretStoreRefs: [clusterStore] }), told: /"for-b" is not allowed from namespace "team-a"/ },
  { by: 'labels of cluster stores to push to', type: pushSecretType, object: pushSecret('push-cluster-labels', { secretStoreRefs: [{ kind: 'ClusterSecretStore', labelSelector: { matchLabels: { for: 'b' } } }] }), told: /no store bears the labels/ },
];

describe("What another namespace has is not to be had", () => {
  it.each(attempts)('by $by', async ({ type, object, told }) => {
    await create(type, object);

    await vi.waitFor(async () => expect(await conditionOf(type, object.metadata.name)).toMatch(told), { timeout: 10_000, interval: 50 });
    expect(await conditionOf(type, object.metadata.name)).toMatch(/^False /);
    if (type === externalSecretType) expect(await secretData(world.cluster, own, object.metadata.name)).toBeUndefined();
  });

  it('by labels that objects of both bear: they mean those of the own namespace', async () => {
    const byLabels = { labelSelector: { matchLabels: shared } };
    await create(pushSecretType, pushSecret('pushed', { secretStoreRefs: [byLabels], selector: { secret: { selector: { matchLabels: shared } } } }));
    await vi.waitFor(async () => expect(await conditionOf(pushSecretType, 'pushed')).toMatch(/^True /), { timeout: 10_000, interval: 50 });
    await create(externalSecretType, externalSecret('own', { ...fromVault, data: [{ secretKey: 'a', remoteRef: { key: 'pushed' } }, { secretKey: 'k', remoteRef: { key: 'k' } }] }));

    await vi.waitFor(async () => expect(await secretData(world.cluster, own, 'own')).toEqual({ a: 'of team-a', k: own }), { timeout: 10_000, interval: 50 });
  });

  it('and was not even looked at, nor written to', () => {
    const reads = [...recorded.calls.filter(({ verb }) => verb.startsWith('get')).map(({ resource, key }) => `${resource} ${key}`), ...listed];

    expect(reads.filter((read) => read.includes(` ${own}/`)).length).toBeGreaterThan(0);
    expect(reads.filter((read) => read.includes(` ${other}/`))).toEqual([]);
    // its own stores are told that they are valid
    expect(new Set(recorded.writesIn(other))).toEqual(new Set(['patchStatus secretstores']));
  });

  it('nor was anything left in it for its owner to find', async () => {
    await create(externalSecretType, externalSecret('theirs', { ...fromVault, data: [{ secretKey: 'a', remoteRef: { key: 'pushed' } }] }, other));

    await vi.waitFor(async () => expect(await conditionOf(externalSecretType, 'theirs', other)).toMatch(/^False /), { timeout: 10_000, interval: 50 });
    expect(await secretData(world.cluster, other, 'theirs')).toBeUndefined();
  });
});
