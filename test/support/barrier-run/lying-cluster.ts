import type { KubeObject } from '../../../src/api/object.ts';
import type { Cluster, ResourceType } from '../../../src/kube/port.ts';
import { externalSecretType, sealedSecretType, secretType } from '../../../src/kube/resource-types.ts';
import { resourceVersionOf } from '../../../src/secret/resource-version.ts';

/**
 * A cluster that says of every declaration that it is done, and of its Secret that it is there with all keys: whoever believes it has a
 * barrier that always stands open. What a judge finds to be in order then, it finds of anything.
 */
export function lyingCluster(cluster: Cluster): Cluster {
  const isProducer = ({ kind }: ResourceType): boolean => kind === externalSecretType.kind || kind === sealedSecretType.kind;
  return {
    ...cluster,
    get: async (type, key, signal, options) => {
      const found = await cluster.get(type, key, signal, options);
      if (type.kind !== secretType.kind || options?.metadataOnly === true) return found === undefined || !isProducer(type) ? found : done(found);
      const producer = (await cluster.get(externalSecretType, key, signal)) ?? (await cluster.get(sealedSecretType, key, signal));
      return producer === undefined ? found : madeBy(producer);
    },
    async *pages(type, selection, signal) {
      for await (const page of cluster.pages(type, selection, signal)) yield isProducer(type) ? { ...page, items: page.items.map(done) } : page;
    },
    async *watch(type, selection, resourceVersion, signal) {
      for await (const event of cluster.watch(type, selection, resourceVersion, signal)) yield isProducer(type) && 'object' in event ? { ...event, object: done(event.object) } : event;
    },
  };
}

function done(object: KubeObject): KubeObject {
  const { generation = 0 } = object.metadata;
  const conditions = ['Ready', 'Synced'].map((type) => ({ type, status: 'True', observedGeneration: generation, message: '' }));
  return { ...object, status: { observedGeneration: generation, syncedResourceVersion: resourceVersionOf(object.metadata), conditions } };
}

function madeBy({ apiVersion, kind, metadata: { name, namespace = '', uid = '' } }: KubeObject): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, resourceVersion: '1', labels: { 'reconcile.external-secrets.io/managed': 'true' }, ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] },
    data: { password: 'bGll', user: 'bGll' },
  };
}
