import { expect, test } from 'vitest';
import { parsedObject } from '../../api/parsed-object.ts';
import { parseSecretStore } from '../../api/secret-store.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import type { StoreEntry } from './decide.ts';
import { decide, judge, judgeFailure } from './decide.ts';

function store(spec: Readonly<Record<string, unknown>> = {}, metadata: Readonly<Record<string, unknown>> = {}): StoreEntry {
  return parsedObject({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace: 'devnet', name: 'vault', ...metadata }, spec: { provider: { fake: { data: [] } }, ...spec } }, parseSecretStore);
}

const options = { controllerClass: 'default', requeueInterval: 300_000 };

test('a store is validated as its own namespace has it, every five minutes or as it says', () => {
  const handle = { label: 'SecretStore devnet/vault', provider: { fake: { data: [] } }, scope: 'namespaced', namespace: 'devnet' };

  expect(decide(store(), options)).toEqual({ kind: 'validate', store: handle, interval: 300_000 });
  expect(decide(store({ refreshInterval: '30s' }), options)).toEqual({ kind: 'validate', store: handle, interval: 30_000 });
});

test.each([
  ['of another class', store({ controller: 'blue' })],
  ['on its way out', store({}, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
])('a store %s is left alone', (_what, entry) => {
  expect(decide(entry, options)).toEqual({ kind: 'ignore' });
});

test('a store that does not parse waits for a person, who is told where to look', () => {
  expect(decide(store({ provider: {}, refreshInterval: 'often' }), options)).toMatchObject({
    kind: 'report',
    outcome: { kind: 'stalled', reason: 'InvalidProviderConfig', message: expect.stringMatching(/^invalid store: spec\.provider: .*; spec\.refreshInterval: / ) },
  });
});

test('allowed keys that make no sense stop the store, and say so', () => {
  expect(decide(store({}, { annotations: { 'prelude.dev/allowed-keys': 'shared/*' } }), options)).toEqual({
    kind: 'report',
    outcome: {
      kind: 'stalled',
      reason: 'InvalidProviderConfig',
      message: 'invalid store: metadata.annotations[prelude.dev/allowed-keys]: must be a YAML or JSON list of patterns; until then no key is allowed',
    },
  });
  expect(decide(store({}, { annotations: { 'prelude.dev/allowed-keys': '["shared/*"]' } }), options)).toMatchObject({ kind: 'validate' });
});

test('reasons and messages are those of External Secrets', () => {
  expect(judge('valid', 1)).toEqual({ kind: 'synced', reason: 'Valid', message: 'store validated', requeueAfter: 1 });
  expect(judge('unknown', 1)).toEqual({ kind: 'synced', reason: 'ValidationUnknown', message: 'could not determine validation status', requeueAfter: 1 });
});

test.each([
  ['invalid', 'stalled'],
  ['unsupported', 'stalled'],
  ['denied', 'failed'],
  ['unavailable', 'failed'],
  ['throttled', 'failed'],
] as const)('what is %s has %s', (kind, outcome) => {
  expect(judgeFailure(new ProviderError(kind, 'no such region', { retryAfter: 7 }))).toEqual({
    kind: outcome,
    reason: 'InvalidProviderConfig',
    message: `unable to validate store (${kind}): no such region`,
    ...(outcome === 'failed' ? { retryAfter: 7 } : {}),
  });
});
