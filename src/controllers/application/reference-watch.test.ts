import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { startInformer } from '../../kube/reflector.ts';
import { configMapType, namespaceType, secretType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createReferenceWatch, type ReferenceWatch } from './reference-watch.ts';

const { signal } = new AbortController();
const options = { fieldManager: 'test' };
let cluster: Cluster;
let close: () => Promise<void>;
let lifetime: AbortController;
let started: { readonly kind: string; readonly signal: AbortSignal }[];
let woken: string[];
let watch: ReferenceWatch;

beforeEach(async () => {
  ({ cluster, close } = await openLocalWorld());
  lifetime = new AbortController();
  started = [];
  woken = [];
  watch = createReferenceWatch({
    startInformer: (informer, until) => {
      started.push({ kind: informer.type.kind, signal: until });
      return startInformer(cluster, informer, { clock: systemClock, random: Math.random, log: silentLog, signal: until });
    },
    onChange: (application, part) => woken.push(`${application} ${part}`),
    signal: lifetime.signal,
  });
  for (const name of ['devnet', 'other']) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, options, signal);
});
afterEach(async () => {
  lifetime.abort(new DOMException('stopped', 'AbortError'));
  await close();
});

const configMap = (namespace: string, name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } });

it('tells of the object that is referred to, and of any in a list, and of nothing else', async () => {
  watch.watch('argocd/one', 'charts', [{ type: configMapType, namespace: 'devnet', name: 'facts' }]);
  watch.watch('argocd/all', 'charts', [{ type: configMapType, namespace: 'devnet' }]);
  woken.length = 0;
  for (const [namespace, name] of [['other', 'facts'], ['devnet', 'stranger'], ['devnet', 'facts']] as const) await cluster.create(configMapType, configMap(namespace, name), options, signal);

  await vi.waitFor(() => expect(woken).toEqual(['argocd/all charts', 'argocd/one charts', 'argocd/all charts']));
  expect([watch.isWatched(configMapType, { namespace: 'devnet', name: 'x' }), watch.isWatched(configMapType, { namespace: 'other', name: 'facts' })]).toEqual([true, false]);
  expect(watch.versionOf(configMapType, { namespace: 'devnet', name: 'facts' })).toMatch(/^\d+$/);
  expect(watch.versionOf(configMapType, { namespace: 'other', name: 'facts' })).toBeUndefined();
});

it('has one stream for a kind, whoever refers to it and what for, until nobody does', () => {
  watch.watch('argocd/one', 'secrets', [{ type: secretType, namespace: 'devnet', name: 'a' }]);
  watch.watch('argocd/one', 'charts', [{ type: secretType, namespace: 'devnet', name: 'b' }, { type: configMapType, namespace: 'devnet', name: 'b' }]);
  expect(started.map(({ kind }) => kind)).toEqual(['Secret', 'ConfigMap']);
  expect(woken).toEqual(['argocd/one charts']);

  watch.watch('argocd/one', 'charts', []);
  expect(started.map(({ signal: { aborted } }) => aborted)).toEqual([false, true]);
  watch.watch('argocd/one', 'secrets', []);
  expect(started.map(({ signal: { aborted } }) => aborted)).toEqual([true, true]);
});

it('tells when an object goes that it had passed over before anybody referred to it', async () => {
  await cluster.create(configMapType, configMap('devnet', 'late'), options, signal);
  watch.watch('argocd/one', 'charts', [{ type: configMapType, namespace: 'devnet', name: 'facts' }]);
  await cluster.create(configMapType, configMap('devnet', 'facts'), options, signal);
  await vi.waitFor(() => expect(woken).toEqual(['argocd/one charts']));
  watch.watch('argocd/two', 'charts', [{ type: configMapType, namespace: 'devnet', name: 'late' }]);
  woken.length = 0;

  await cluster.delete(configMapType, { namespace: 'devnet', name: 'late' }, {}, signal);
  await vi.waitFor(() => expect(woken).toEqual(['argocd/two charts']));
});
