import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { shippedChecks } from './shipped-checks.ts';

const check = shippedChecks();
const generators = 'generators.external-secrets.io/v1alpha1';

function object(kind: string, spec: unknown, apiVersion = 'external-secrets.io/v1'): KubeObject {
  return { apiVersion, kind, metadata: { namespace: 'a', name: 'x' }, spec };
}

const data = [{ secretKey: 'k', remoteRef: { key: 'r' } }];

describe('the checks of objects', () => {
  it.each<[string, KubeObject]>([
    ['an ExternalSecret', object('ExternalSecret', { secretStoreRef: { name: 's' }, data })],
    ['a ClusterExternalSecret', object('ClusterExternalSecret', { externalSecretSpec: { secretStoreRef: { name: 's' }, data }, namespaceSelectors: [{ matchLabels: { a: 'b' } }] })],
    ['a SecretStore', object('SecretStore', { provider: { fake: { data: [] } } })],
    ['a ClusterSecretStore', object('ClusterSecretStore', { provider: { fake: { data: [] } } })],
    ['a PushSecret', object('PushSecret', { secretStoreRefs: [{ name: 's' }], selector: { secret: { name: 'a' } }, data: [{ match: { remoteRef: { remoteKey: 'r' } } }] }, 'external-secrets.io/v1alpha1')],
    ['a generator', object('Password', { length: 20, allowRepeat: true, noUpper: false }, generators)],
    ['a ClusterGenerator', object('ClusterGenerator', { kind: 'UUID', generator: { uuidSpec: {} } }, generators)],
  ])('have nothing against %s', (_what, good) => {
    expect(check(good)).toEqual({ errors: [], warnings: [] });
  });

  it.each<[string, KubeObject, string]>([
    ['an ExternalSecret without data', object('ExternalSecret', { secretStoreRef: { name: 's' } }), 'spec.data'],
    ['a ClusterExternalSecret of such', object('ClusterExternalSecret', { externalSecretSpec: { secretStoreRef: { name: 's' } } }), 'spec.externalSecretSpec.data'],
    ['a store of an unknown provider', object('SecretStore', { provider: { elsewhere: {} } }), 'spec.provider.elsewhere'],
    ['a store whose provider has a mistake', object('ClusterSecretStore', { provider: { fake: { dada: [] } } }), 'spec.provider.fake.dada'],
    ['a PushSecret of nothing', object('PushSecret', { secretStoreRefs: [{ name: 's' }] }, 'external-secrets.io/v1alpha1'), 'spec.selector'],
    ['a generator with a mistake', object('Password', { length: 'long' }, generators), 'spec.length'],
    ['a generator of a kind that is not run', object('Grafana', {}, generators), 'kind'],
  ])('name the field of %s', (_what, bad, path) => {
    expect(check(bad)?.errors.map((error) => error.path)).toContain(path);
  });

  it.each(['SecretStore', 'ClusterSecretStore'])('refuse a %s whose allowed keys make no sense', (kind) => {
    const store = object(kind, { provider: { fake: { data: [] } } });
    const metadata = { ...store.metadata, annotations: { 'prelude.dev/allowed-keys': 'not: [a list' } };

    expect(check({ ...store, metadata })?.errors).toEqual([{ path: '', message: expect.stringContaining('metadata.annotations[prelude.dev/allowed-keys]: must be') }]);
  });

  it.each<[string, KubeObject, RegExp]>([
    ['v1beta1', object('ExternalSecret', { secretStoreRef: { name: 's' }, data }, 'external-secrets.io/v1beta1'), /v1beta1 is deprecated/],
    ['spec.namespaces', object('ClusterExternalSecret', { externalSecretSpec: { secretStoreRef: { name: 's' }, data }, namespaces: ['a'] }), /spec\.namespaces is deprecated/],
    ['retrySettings', object('SecretStore', { provider: { fake: { data: [] } }, retrySettings: { maxRetries: 3 } }), /has no effect/],
  ])('warn of %s', (_what, old, warning) => {
    expect(check(old)).toMatchObject({ errors: [], warnings: [expect.stringMatching(warning)] });
  });

  it.each([object('Secret', {}, 'v1'), object('Whatever', {}), object('GeneratorState', {}, generators)])('have no opinion on $apiVersion $kind', (other) => {
    expect(check(other)).toBeUndefined();
  });
});
