import { expect, test } from 'vitest';
import { memoryHome } from '../../test/support/memory-tree.ts';
import type { KubeObject } from '../api/object.ts';
import { planRepository } from '../gitops/plan/plan-repository.ts';
import { createManifestReader } from '../gitops/render/manifest-reader.ts';
import { createResolver } from '../gitops/source/resolver.ts';
import { concernsOf } from './plan-concerns.ts';

const manifests = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: devnet, namespace: argocd}
spec:
  source: {repoURL: ., path: devnet}
  destination: {server: https://kubernetes.default.svc, namespace: devnet}
`;

const declared = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: seed}
spec:
  secretStoreRef: {name: own}
  data: [{secretKey: a, remoteRef: {key: a}, sourceRef: {storeRef: {kind: ClusterSecretStore, name: shared}}}]
---
apiVersion: external-secrets.io/v1
kind: ClusterExternalSecret
metadata: {name: spread}
spec:
  namespaces: [mainnet]
  namespaceSelectors: [{matchLabels: {team: net}}]
  externalSecretSpec:
    secretStoreRef: {name: theirs}
    data: [{secretKey: a, remoteRef: {key: a}}]
---
apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata: {name: push}
spec:
  secretStoreRefs: [{name: target}]
  selector: {secret: {name: seed}}
  data: [{match: {secretKey: a, remoteRef: {remoteKey: b}}}]
`;

const object = (kind: string, name: string, namespace?: string, owner?: string): KubeObject => ({
  apiVersion: 'external-secrets.io/v1',
  kind,
  metadata: {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(owner === undefined ? {} : { ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ClusterExternalSecret', name: owner, uid: 'u' }] }),
  },
});

test('a plan is about what it declares, what that becomes, and the stores that it names', async () => {
  const home = memoryHome({ 'app.yaml': manifests, 'devnet/a.yaml': declared });
  const plan = await planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, new AbortController().signal);
  const concerns = concernsOf(plan);

  const meant = [
    object('ExternalSecret', 'seed', 'devnet'),
    object('SecretStore', 'own', 'devnet'),
    object('ClusterSecretStore', 'shared'),
    object('ClusterExternalSecret', 'spread'),
    object('ExternalSecret', 'spread', 'mainnet'),
    object('SecretStore', 'theirs', 'mainnet'),
    object('ExternalSecret', 'spread', 'chosen', 'spread'),
    object('SecretStore', 'theirs', 'chosen'),
    object('PushSecret', 'push', 'devnet'),
    object('SecretStore', 'target', 'devnet'),
  ];
  const others = [object('ExternalSecret', 'seed', 'mainnet'), object('ExternalSecret', 'spread', 'chosen', 'other'), object('SecretStore', 'own', 'mainnet'), object('ClusterSecretStore', 'own'), object('PushSecret', 'other', 'devnet')];
  expect(meant.filter((one) => !concerns(one))).toEqual([]);
  expect(others.filter(concerns)).toEqual([]);
});
