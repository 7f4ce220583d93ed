import { expect, test } from 'vitest';
import type { SecretStore } from '../api/secret-store.ts';
import { parseSecretStore } from '../api/secret-store.ts';
import { mayUseStore, namespaceFacts, servesStore } from './store-access.ts';

function clusterStore(spec: Readonly<Record<string, unknown>>): SecretStore {
  const parsed = parseSecretStore({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name: 'vault' }, spec: { provider: { fake: {} }, ...spec } });
  if (!parsed.ok) throw new Error('the test store does not parse');
  return parsed.value;
}

const devnet = namespaceFacts({ name: 'devnet-1', labels: { team: 'testnets' } });

test.each([
  ['no conditions', [], true],
  ['its name', [{ namespaces: ['mainnet', 'devnet-1'] }], true],
  ['another name', [{ namespaces: ['devnet'] }], false],
  ['its labels', [{ namespaceSelector: { matchLabels: { team: 'testnets' } } }], true],
  ['its name as a label', [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'devnet-1' } } }], true],
  ['other labels', [{ namespaceSelector: { matchLabels: { team: 'web' } } }], false],
  ['a pattern, unanchored', [{ namespaceRegexes: ['vnet-[0-9]'] }], true],
  ['a pattern, anchored', [{ namespaceRegexes: ['^net-'] }], false],
  ['one part of one condition', [{ namespaces: ['x'] }, { namespaces: ['y'], namespaceRegexes: ['^devnet'] }], true],
  ['a condition without parts', [{}], false],
])('a cluster store with %s', (_what, conditions, expected) => {
  expect(mayUseStore(clusterStore({ conditions }), devnet)).toBe(expected);
});

test.each([
  ['its name', [{ namespaces: ['devnet-1'] }], true],
  ['a pattern', [{ namespaceRegexes: ['^devnet'] }], true],
  ['no conditions', [], true],
  ['labels that it must not have', [{ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['web'] }] } }], false],
  ['a label that it must do without', [{ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] } }], false],
  ['a selector of everything', [{ namespaceSelector: {} }], false],
  ['its name beside labels', [{ namespaces: ['devnet-1'], namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] } }], true],
])('of a namespace that is not known, a cluster store with %s', (_what, conditions, expected) => {
  expect(mayUseStore(clusterStore({ conditions }), namespaceFacts({ name: 'devnet-1' }))).toBe(expected);
});

test('a namespace of a cluster is known, with labels and without', () => {
  const conditions = [{ namespaceSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] } }];

  expect(mayUseStore(clusterStore({ conditions }), devnet)).toBe(true);
  expect(mayUseStore(clusterStore({ conditions }), namespaceFacts({ name: 'devnet-1', uid: 'uid-1' }))).toBe(true);
});

test('a namespaced store serves its own namespace only', () => {
  const store: SecretStore = { ...clusterStore({}), kind: 'SecretStore', metadata: { name: 'vault', namespace: 'devnet-1' } };

  expect(mayUseStore(store, devnet)).toBe(true);
  expect(mayUseStore(store, { ...devnet, name: 'devnet-2' })).toBe(false);
});

test('a store is served by controllers of its class, and by all where it names none', () => {
  expect(servesStore('default', clusterStore({}))).toBe(true);
  expect(servesStore('default', clusterStore({ controller: 'default' }))).toBe(true);
  expect(servesStore('default', clusterStore({ controller: 'blue' }))).toBe(false);
});
