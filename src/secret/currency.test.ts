import { expect, test } from 'vitest';
import { externalSecret } from '../../test/support/external-secret.ts';
import { currencyOf } from './currency.ts';
import { desiredSecret, plainContent } from './desired-secret.ts';
import { liveSecret } from './live-secret.ts';
import { provides } from './provides.ts';
import { resourceVersionOf } from './resource-version.ts';
import { newSecret } from './secret-object.ts';

const metadata = externalSecret().metadata;
const ready = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 };
const status = { syncedResourceVersion: resourceVersionOf(metadata), conditions: [ready] };
const synced = externalSecret({ status });
const secret = { metadata: newSecret(desiredSecret(synced, plainContent(synced, new Map()))).metadata, keys: ['password'] };

test('a Secret that was synced for this generation and metadata, is ours and has the keys is current', () => {
  expect(currencyOf(synced, secret)).toEqual({ current: true });
});

test('the status of External Secrets itself is judged the same way', () => {
  const { observedGeneration: _none, ...condition } = ready;

  expect(currencyOf(externalSecret({ status: { ...status, conditions: [condition] } }), secret)).toEqual({ current: true });
});

test.each([
  ['nothing was synced yet', externalSecret(), secret, 'not synced yet'],
  ['the last sync failed', externalSecret({ status: { ...status, conditions: [{ ...ready, status: 'False', message: 'denied' }] } }), secret, 'denied'],
  ['Ready speaks of an older generation', externalSecret({ metadata: { generation: 2 }, status }), secret, 'synced for an older generation'],
  ['a label changed since', externalSecret({ metadata: { labels: { a: 'b' } }, status }), secret, 'synced for an older version of the object'],
  ['the Secret is gone', synced, undefined, 'Secret "database" is not there'],
  ['the Secret is somebody else\'s', synced, { ...secret, metadata: { name: 'database' } }, 'Secret "database" is not this ExternalSecret\'s'],
  ['a key is missing', synced, { ...secret, keys: ['other'] }, 'Secret "database" has no key password'],
])('it is not current where %s', (_what, declared, live, reason) => {
  expect(currencyOf(declared, live)).toEqual({ current: false, reason });
});

test('an empty value is a value', () => {
  const live = liveSecret({ apiVersion: 'v1', kind: 'Secret', metadata: secret.metadata, data: { password: '' } });

  expect(currencyOf(synced, live)).toEqual({ current: true });
});

test('fixed keys are known offline, extracted ones are dynamic', () => {
  const extract = externalSecret({ spec: { target: { name: 'pull', template: { type: 'kubernetes.io/dockerconfigjson' } }, dataFrom: [{ extract: { key: 'a' } }] } });

  expect(provides(synced)).toEqual({ secret: 'database', keys: ['password'] });
  expect(provides(extract)).toEqual({ secret: 'pull', keys: 'dynamic', type: 'kubernetes.io/dockerconfigjson' });
});

test.each<[string, Parameters<typeof externalSecret>[0], Parameters<typeof currencyOf>[1], boolean]>([
  ['merged into and labelled', { spec: { target: { creationPolicy: 'Merge' } } }, { metadata: { name: 'database', labels: { 'reconcile.external-secrets.io/managed': 'true' } }, keys: ['theirs', 'password'] }, true],
  ['merged into and without the label', { spec: { target: { creationPolicy: 'Merge' } } }, { metadata: { name: 'database' }, keys: ['password'] }, false],
  ['an orphan without the key', { spec: { target: { creationPolicy: 'Orphan' } } }, { metadata: { name: 'database', labels: { 'reconcile.external-secrets.io/managed': 'true' } }, keys: [] }, false],
  ['without a key that is gone from the provider, which takes it along', { spec: { target: { deletionPolicy: 'Merge' } } }, { ...secret, keys: [] }, true],
  ['not written at all', { spec: { target: { creationPolicy: 'None' } } }, undefined, true],
  ['no Secret', { spec: { target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } } }, undefined, true],
  ['made once, for an older version', { spec: { refreshPolicy: 'CreatedOnce' }, metadata: { labels: { a: 'b' } } }, secret, true],
])('a Secret that is %s', (_what, more, live, current) => {
  expect(currencyOf(externalSecret({ status, ...more }), live).current).toBe(current);
});

test('what is merged into has keys of others, and what is not written has none', () => {
  expect(provides(externalSecret({ spec: { target: { creationPolicy: 'CreateOrMerge' } } }))).toEqual({ secret: 'database', keys: 'dynamic' });
  expect(provides(externalSecret({ spec: { target: { creationPolicy: 'None' } } }))).toBeUndefined();
  expect(provides(externalSecret({ spec: { target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } } }))).toBeUndefined();
});
