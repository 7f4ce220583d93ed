import { parseClusterExternalSecretStatus } from '../../src/api/cluster-external-secret.ts';
import { parseClusterPushSecretStatus } from '../../src/api/cluster-push-secret.ts';
import { parseExternalSecret } from '../../src/api/external-secret.ts';
import { parsedObject } from '../../src/api/parsed-object.ts';
import { parsePushSecret } from '../../src/api/push-secret.ts';
import { clusterExternalSecretInformer, createClusterExternalSecretController } from '../../src/controllers/fan-out/cluster-external-secret.ts';
import { clusterPushSecretInformer, createClusterPushSecretController } from '../../src/controllers/fan-out/cluster-push-secret.ts';
import { clusterExternalSecretType, clusterPushSecretType, externalSecretType, pushSecretType } from '../../src/kube/resource-types.ts';
import type { SpreadKind } from './fan-out-stage.ts';

/** ClusterExternalSecrets, each of which reads a key of its own. */
export const spreadExternalSecrets: SpreadKind = {
  kind: 'ClusterExternalSecret',
  shortName: 'ces',
  apiVersion: 'external-secrets.io/v1',
  type: clusterExternalSecretType,
  childType: externalSecretType,
  fields: { name: 'externalSecretName', spec: 'externalSecretSpec', metadata: 'externalSecretMetadata' },
  childSpec: (key) => ({ secretStoreRef: { name: 'vault' }, data: [{ secretKey: 'password', remoteRef: { key } }] }),
  takenReason: 'external secret already exists in namespace',
  parseStatus: parseClusterExternalSecretStatus,
  compose: ({ cluster, start, namespaces, environment }) => {
    const children = start({ type: externalSecretType, selection: {}, project: (object) => parsedObject(object, parseExternalSecret) });
    return createClusterExternalSecretController({ cluster, caches: { declarations: start(clusterExternalSecretInformer), children, namespaces }, ...environment });
  },
};

/** ClusterPushSecrets, each of which pushes a Secret of its own. */
export const spreadPushSecrets: SpreadKind = {
  kind: 'ClusterPushSecret',
  shortName: 'cps',
  apiVersion: 'external-secrets.io/v1alpha1',
  type: clusterPushSecretType,
  childType: pushSecretType,
  fields: { name: 'pushSecretName', spec: 'pushSecretSpec', metadata: 'pushSecretMetadata' },
  childSpec: (name) => ({
    secretStoreRefs: [{ name: 'vault' }],
    selector: { secret: { name } },
    dataTo: [{ storeRef: { name: 'vault' }, match: { regexp: '^db-' } }],
  }),
  takenReason: 'push secret already exists in namespace',
  parseStatus: parseClusterPushSecretStatus,
  compose: ({ cluster, start, namespaces, environment }) => {
    const children = start({ type: pushSecretType, selection: {}, project: (object) => parsedObject(object, parsePushSecret) });
    return createClusterPushSecretController({ cluster, caches: { declarations: start(clusterPushSecretInformer), children, namespaces }, ...environment });
  },
};
