import { beforeEach, expect, test } from 'vitest';
import { externalSecret, externalSecretObject } from '../../../test/support/external-secret.ts';
import { storeObject } from '../../../test/support/secret-world.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import type { Informer, InformerOptions } from '../../kube/informer.ts';
import { InformerCache } from '../../kube/informer-cache.ts';
import { silentLog } from '../../lib/log.ts';
import { desiredSecret, plainContent } from '../../secret/desired-secret.ts';
import { newSecret } from '../../secret/secret-object.ts';
import { SyncMemory } from './sync-memory.ts';
import { externalSecretInformers, watchExternalSecrets } from './watch.ts';

interface Filled<T> {
  readonly informer: Informer<T>;
  readonly put: (object: KubeObject) => void;
}

/** An informer whose objects come from the test. */
function filled<T>({ project }: InformerOptions<T>): Filled<T> {
  const cache = new InformerCache(project, silentLog);
  const informer: Informer<T> = {
    get: (key) => cache.get(key),
    values: () => cache.values(),
    size: () => cache.size(),
    subscribe: (listener) => cache.subscribe(listener),
    synced: Promise.resolve(),
    healthy: () => true,
  };
  return { informer, put: (object) => cache.put(object) };
}

let looks: string[];
let memory: SyncMemory;
let caches: ReturnType<typeof fillAll>;

function fillAll() {
  return {
    externalSecrets: filled(externalSecretInformers.externalSecrets),
    secretStores: filled(externalSecretInformers.secretStores),
    clusterSecretStores: filled(externalSecretInformers.clusterSecretStores),
    managedSecrets: filled(externalSecretInformers.managedSecrets),
    secretVersions: filled(externalSecretInformers.secretVersions),
    configMapVersions: filled(externalSecretInformers.configMapVersions),
    namespaces: filled(externalSecretInformers.namespaces),
  };
}

beforeEach(() => {
  looks = [];
  memory = new SyncMemory();
  caches = fillAll();
  const { externalSecrets, secretStores, clusterSecretStores, managedSecrets, secretVersions, configMapVersions, namespaces } = caches;
  const informers = {
    externalSecrets: externalSecrets.informer,
    secretStores: secretStores.informer,
    clusterSecretStores: clusterSecretStores.informer,
    managedSecrets: managedSecrets.informer,
    secretVersions: secretVersions.informer,
    configMapVersions: configMapVersions.informer,
    namespaces: namespaces.informer,
  };
  const generators = { get: () => undefined, subscribe: () => () => {} };
  watchExternalSecrets({ caches: { ...informers, generators }, memory, reader: { credentials: () => [] }, runner: { credentials: () => [] } }, (key, lane) => looks.push(`${lane} ${formatKey(key)}`));
  caches.externalSecrets.put(externalSecretObject());
  looks.length = 0;
});

const secret: KubeObject = newSecret(desiredSecret(externalSecret(), plainContent(externalSecret(), new Map())));

test.each<[string, () => void]>([
  ['it is changed', () => caches.externalSecrets.put(externalSecretObject({ metadata: { generation: 2 } }))],
  ['its annotations are', () => caches.externalSecrets.put(externalSecretObject({ metadata: { annotations: { 'external-secrets.io/force-sync': '1' } } }))],
  ['its labels are', () => caches.externalSecrets.put(externalSecretObject({ metadata: { labels: { app: 'other' } } }))],
  ['it is on its way out', () => caches.externalSecrets.put(externalSecretObject({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }))],
  ['its Secret is changed', () => caches.managedSecrets.put(secret)],
])('an ExternalSecret is looked at before all that only shares something where %s', (_what, happen) => {
  happen();

  expect(looks).toEqual(['edit devnet/database']);
});

test('a new one is looked at before those that wait for a store', () => {
  caches.secretStores.put(storeObject('devnet'));
  caches.externalSecrets.put(externalSecretObject({ metadata: { name: 'new', uid: 'uid-new' } }));

  expect(looks).toEqual(['start devnet/database', 'edit devnet/new']);
});

test('a status is no news', () => {
  caches.externalSecrets.put(externalSecretObject({ metadata: { resourceVersion: '11' }, status: { conditions: [] } }));

  expect(looks).toEqual([]);
});

test('who has nothing to merge into is woken by a Secret of anybody\'s, and nobody else is', () => {
  const foreign = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'devnet', name: 'database', resourceVersion: '1' } };
  caches.secretVersions.put(foreign);
  expect(looks).toEqual([]);

  memory.recordOutcome('uid-database', 'synced', true);
  caches.secretVersions.put({ ...foreign, metadata: { ...foreign.metadata, resourceVersion: '2' } });
  expect(looks).toEqual(['edit devnet/database']);
});
