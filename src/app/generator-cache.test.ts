import { beforeEach, expect, it } from 'vitest';
import { LocalFolder, signal, us } from '../../test/support/local-folder.ts';
import type { KubeObject } from '../api/object.ts';
import type { Cluster } from '../kube/port.ts';
import { startInformer } from '../kube/reflector.ts';
import { clusterGeneratorType, generatorType, namespaceType } from '../kube/resource-types.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import type { GeneratorCache } from '../secret/generator-cache.ts';
import { createGeneratorCache } from './generator-cache.ts';

const folder = new LocalFolder();
const fakeType = generatorType('Fake');
let cluster: Cluster;
let cache: GeneratorCache;
let terms: string[];

function fake(namespace: string, spec: Readonly<Record<string, unknown>>, resourceVersion?: string): KubeObject {
  return { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Fake', metadata: { namespace, name: 'web', ...(resourceVersion === undefined ? {} : { resourceVersion }) }, spec };
}

beforeEach(async () => {
  // UUID is not served: it counts as a kind without objects
  cluster = await folder.open({ types: [fakeType, clusterGeneratorType] });
  for (const name of ['devnet', 'mainnet']) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, us, signal);
  await cluster.create(fakeType, fake('devnet', { data: { a: 'b' } }), us, signal);
  await cluster.create(
    clusterGeneratorType,
    { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'ClusterGenerator', metadata: { name: 'web' }, spec: { kind: 'Fake', generator: { fakeSpec: { controller: 'blue' } } } },
    us,
    signal,
  );
  const lifetime = AbortSignal.timeout(20_000);
  const synced: Promise<void>[] = [];
  cache = createGeneratorCache(['Fake', 'UUID'], (_name, informer) => {
    const started = startInformer(cluster, informer, { clock: systemClock, random: () => 0, log: silentLog, signal: lifetime });
    synced.push(started.synced);
    return started;
  });
  await Promise.all(synced);
  terms = [];
  cache.subscribe((term) => void terms.push(term));
});

it('finds the generator of the consumer’s own namespace, and ClusterGenerators from everywhere', () => {
  expect(cache.get({ kind: 'Fake', name: 'web' }, 'devnet')?.parsed).toMatchObject({ ok: true, value: { kind: 'Fake', spec: { data: { a: 'b' } } } });
  expect(cache.get({ kind: 'Fake', name: 'web' }, 'mainnet')).toBeUndefined();
  expect(cache.get({ kind: 'ClusterGenerator', name: 'web' }, 'mainnet')?.parsed).toMatchObject({ ok: true, value: { kind: 'Fake', controller: 'blue' } });
  expect(cache.get({ kind: 'UUID', name: 'web' }, 'devnet')).toBeUndefined();
  expect(cache.get({ kind: 'Grafana', name: 'web' }, 'devnet')).toBeUndefined();
});

it('tells what comes, changes and goes, and nothing of what nobody depends on', async () => {
  expect(terms).toEqual(['Fake devnet/web', 'ClusterGenerator web']);

  await cluster.create(fakeType, fake('mainnet', {}), us, signal);
  const labelled = await cluster.apply(fakeType, { ...fake('devnet', { data: { a: 'b' } }), metadata: { namespace: 'devnet', name: 'web', labels: { a: 'b' } } }, { ...us, force: true }, signal);
  await cluster.update(fakeType, fake('devnet', { data: { a: 'c' } }, labelled.metadata.resourceVersion), us, signal);
  await cluster.delete(fakeType, { namespace: 'devnet', name: 'web' }, {}, signal);

  await expect.poll(() => terms.length).toBe(5);
  expect(terms.slice(2)).toEqual(['Fake mainnet/web', 'Fake devnet/web', 'Fake devnet/web']);
});
