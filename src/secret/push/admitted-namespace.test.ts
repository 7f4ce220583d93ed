import { expect, test } from 'vitest';
import { admittedNamespace } from './admitted-namespace.ts';

const chosen = (remoteNamespace: unknown): unknown => ({ apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec: { remoteNamespace } });

test.each<[string, 'SecretStore' | 'ClusterSecretStore', string | undefined, unknown, string | undefined]>([
  ['the store says nothing', 'ClusterSecretStore', undefined, chosen('team-a-copy'), undefined],
  ['the store lists it', 'ClusterSecretStore', '[shared]', chosen('shared'), 'shared'],
  ['a pattern has the name of who asks', 'ClusterSecretStore', '- "{namespace}-*"', chosen('team-a-copy'), 'team-a-copy'],
  ['a pattern has the name of who asks, and that is another', 'ClusterSecretStore', '- "{namespace}-*"', chosen('team-b-copy'), undefined],
  ['the list makes no sense', 'ClusterSecretStore', 'shared', chosen('shared'), undefined],
  ['the list is empty', 'ClusterSecretStore', '[]', chosen('shared'), undefined],
  ['it is a SecretStore, whose annotations a tenant writes', 'SecretStore', '["*"]', chosen('shared'), undefined],
  ['the metadata chooses none', 'ClusterSecretStore', '["*"]', { spec: {} }, undefined],
  ['there is no metadata', 'ClusterSecretStore', '["*"]', undefined, undefined],
  ['the metadata is no metadata', 'ClusterSecretStore', '["*"]', chosen(['shared']), undefined],
])('where %s', (_what, kind, text, metadata, admitted) => {
  const store = { kind, metadata: { name: 'store', ...(text === undefined ? {} : { annotations: { 'prelude.dev/push-namespaces': text } }) } };
  expect(admittedNamespace(store, 'team-a', metadata)).toEqual(admitted === undefined ? {} : { admittedNamespace: admitted });
});
