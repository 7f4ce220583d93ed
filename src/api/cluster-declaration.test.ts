import { expect, test } from 'vitest';
import { parseClusterExternalSecret } from './cluster-external-secret.ts';
import { parseClusterPushSecret } from './cluster-push-secret.ts';
import type { KubeObject } from './object.ts';

const child = { secretStoreRef: { name: 'vault' }, data: [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }] };

function declaration(spec: object, apiVersion = 'external-secrets.io/v1'): KubeObject {
  return { apiVersion, kind: 'ClusterExternalSecret', metadata: { name: 'all' }, spec: { externalSecretSpec: child, ...spec } };
}

function errorsOf(object: KubeObject, parse: typeof parseClusterExternalSecret | typeof parseClusterPushSecret = parseClusterExternalSecret): unknown {
  const parsed = parse(object);
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path}: ${message}`);
}

test.each(['external-secrets.io/v1', 'external-secrets.io/v1beta1'])('the shortest ClusterExternalSecret of %s means no namespace, and its children bear its name', (apiVersion) => {
  expect(parseClusterExternalSecret(declaration({}, apiVersion))).toMatchObject({
    ok: true,
    value: { spec: { childName: 'all', labels: {}, annotations: {}, selectors: [], namespaces: [], childFields: child }, status: { provisionedNamespaces: [], failedNamespaces: [], conditions: [] } },
  });
});

test('the deprecated selector is one among the others', () => {
  const spec = { namespaceSelector: { matchLabels: { a: '1' } }, namespaceSelectors: [{ matchLabels: { b: '2' } }], namespaces: ['devnet'], refreshTime: '5m' };

  expect(parseClusterExternalSecret(declaration(spec))).toMatchObject({ value: { spec: { selectors: [{ matchLabels: { a: '1' } }, { matchLabels: { b: '2' } }], namespaces: ['devnet'], refreshInterval: 300_000 } } });
});

test.each([
  [{ externalSecretSpec: { ...child, target: { creationPolicy: 'Sometimes' } } }, /^spec\.externalSecretSpec\.target\.creationPolicy: must be/],
  [{ externalSecretSpec: { ...child, target: { template: { templateFrom: [{ secret: { name: 'all', items: [{ key: 'a' }] } }] } } } }, /^spec\.externalSecretSpec\.target\.template\.templateFrom\[0\]\.secret\.name: is the Secret that the template is for/],
  [{ externalSecretName: 'Not A Name' }, /^spec\.externalSecretName: must be a name/],
  [{ namespaces: ['a/b'] }, /^spec\.namespaces\[0\]: must be a name/],
  [{ refreshTime: 'soon' }, /^spec\.refreshTime: must be a duration/],
  [{ namespaceSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }] }, /^spec\.namespaceSelectors\[0\]\.matchExpressions\[0\]\.values: must have entries/],
  [{ refreshInterval: '1h' }, /^spec\.refreshInterval: unknown field/],
])('%j is an error that names its place', (spec, message) => {
  expect(errorsOf(declaration(spec))).toEqual([expect.stringMatching(message)]);
});

test('a ClusterPushSecret is read with its children as they were written', () => {
  const push = { secretStoreRefs: [{ name: 'vault' }], selector: { secret: { name: 'a' } } };
  const object = { apiVersion: 'external-secrets.io/v1alpha1', kind: 'ClusterPushSecret', metadata: { name: 'all' }, spec: { pushSecretSpec: push, pushSecretName: 'chosen', pushSecretMetadata: { labels: { a: 'b' } }, namespaceSelectors: [{}] } };

  expect(parseClusterPushSecret(object)).toMatchObject({ value: { spec: { childName: 'chosen', labels: { a: 'b' }, childFields: push } } });
  expect(errorsOf({ ...object, spec: { ...object.spec, pushSecretSpec: { ...push, secretStoreRefs: [] } } }, parseClusterPushSecret)).toEqual([expect.stringMatching(/^spec\.pushSecretSpec\.secretStoreRefs: must have an entry/)]);
});
