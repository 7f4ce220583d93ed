import { expect, test } from 'vitest';
import type { KubeObject } from './object.ts';
import { formatErrors } from './schema.ts';
import { parseSecretStore } from './secret-store.ts';

function store(spec: unknown, kind = 'ClusterSecretStore'): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind, metadata: { name: 'vault' }, spec };
}

function firstError(spec: unknown): string {
  const parsed = parseSecretStore(store(spec));
  return parsed.ok ? 'none' : formatErrors(parsed.errors.slice(0, 1));
}

const provider = { fake: { data: [] } };

test('a store is read, and its provider is left to the adapter', () => {
  const parsed = parseSecretStore(store({ provider: { acme: { anything: [1] } }, controller: 'blue', retrySettings: { maxRetries: 3, retryInterval: '1s' } }, 'SecretStore'));

  expect(parsed).toMatchObject({ ok: true, value: { kind: 'SecretStore', spec: { controller: 'blue', provider: { acme: { anything: [1] } }, conditions: [] } } });
});

test.each([
  [30, 30_000],
  ['30s', 30_000],
  [0, undefined],
  ['0', undefined],
  [undefined, undefined],
])('refreshInterval %s is %s ms', (refreshInterval, expected) => {
  const parsed = parseSecretStore(store(refreshInterval === undefined ? { provider } : { provider, refreshInterval }));

  expect(parsed.ok && parsed.value.spec.refreshInterval).toBe(expected);
});

test.each([
  ['no provider', {}, 'spec.provider: is required'],
  ['an empty provider', { provider: {} }, 'spec.provider: must have exactly one key, the name of the provider'],
  ['two providers', { provider: { aws: {}, fake: {} } }, 'spec.provider: must have exactly one key, the name of the provider'],
  ['a negative interval', { provider, refreshInterval: -1 }, 'spec.refreshInterval: must be a duration like 5m, or a number of seconds, and not negative'],
  ['a pattern that is none', { provider, conditions: [{ namespaceRegexes: ['('] }] }, 'spec.conditions[0].namespaceRegexes[0]: is not a regular expression of RE2'],
  ['a pattern of another dialect', { provider, conditions: [{ namespaceRegexes: ['(?=a)'] }] }, 'spec.conditions[0].namespaceRegexes[0]: is not a regular expression of RE2'],
  ['In without values', { provider, conditions: [{ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }] }, 'spec.conditions[0].namespaceSelector.matchExpressions[0].values: must have entries for In and NotIn, and none for Exists and DoesNotExist'],
  ['an unknown field', { provider, condition: [] }, 'spec.condition: unknown field'],
])('%s is an error', (_what, spec, message) => {
  expect(firstError(spec)).toBe(message);
});
