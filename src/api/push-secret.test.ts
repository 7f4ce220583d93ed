import { describe, expect, test } from 'vitest';
import { asksForDeletion, parsePushSecret, parsePushSecretStatus } from './push-secret.ts';
import { formatErrors } from './schema.ts';

const spec = { secretStoreRefs: [{ name: 'vault' }], selector: { secret: { name: 'source' } }, data: [{ match: { secretKey: 'key', remoteRef: { remoteKey: 'path' } } }] };

function parsed(change: Readonly<Record<string, unknown>> = {}, more: Readonly<Record<string, unknown>> = {}): ReturnType<typeof parsePushSecret> {
  return parsePushSecret({ apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret', metadata: { namespace: 'devnet', name: 'push' }, spec: { ...spec, ...change }, ...more });
}

function specOf(change: Readonly<Record<string, unknown>>): unknown {
  const result = parsed(change);
  return result.ok ? result.value.spec : formatErrors(result.errors);
}

test('what is not said is what External Secrets takes it for', () => {
  expect(specOf({})).toEqual({
    secretStoreRefs: [{ kind: 'SecretStore', name: 'vault' }],
    updatePolicy: 'Replace',
    deletionPolicy: 'None',
    refreshInterval: 3_600_000,
    source: { kind: 'secret', name: 'source' },
    data: [{ match: { secretKey: 'key', remoteRef: { remoteKey: 'path' } } }],
    dataTo: [],
  });
});

test('empty texts and null say nothing', () => {
  expect(
    specOf({
      data: [{ match: { secretKey: '', remoteRef: { remoteKey: 'path', property: '' } }, metadata: null }],
      dataTo: [{ storeRef: { name: 'vault' }, remoteKey: '', match: { regexp: '' }, metadata: null }],
    }),
  ).toMatchObject({ data: [{ match: { remoteRef: { remoteKey: 'path' } } }], dataTo: [{ store: { kind: 'SecretStore', name: 'vault' }, rewrite: [], conversionStrategy: 'None' }] });
});

test('of name and labels the labels count in secretStoreRefs, and the name in dataTo and in the selector', () => {
  const labelSelector = { matchLabels: { team: 'a' } };
  const both = { name: 'vault', labelSelector };
  expect(specOf({ secretStoreRefs: [both, { name: 'vault' }], dataTo: [{ storeRef: both }], selector: { secret: { name: 'source', selector: labelSelector } } })).toMatchObject({
    secretStoreRefs: [{ kind: 'SecretStore', labels: { matchLabels: { team: 'a' } } }, { name: 'vault' }],
    dataTo: [{ store: { name: 'vault' } }],
    source: { kind: 'secret', name: 'source' },
  });
});

test.each([
  ['no store', { secretStoreRefs: [] }, 'spec.secretStoreRefs: must have an entry: name the store to push to'],
  ['a store without name and labels', { secretStoreRefs: [{ kind: 'SecretStore' }] }, 'spec.secretStoreRefs[0]: must have name or labelSelector'],
  ['two sources', { selector: { secret: { name: 'a' }, generatorRef: { kind: 'Password', name: 'b' } } }, 'spec.selector: must have secret or generatorRef, and only one of them'],
  ['no source', { selector: {} }, 'spec.selector: must have secret or generatorRef, and only one of them'],
  ['a Secret without name and labels', { selector: { secret: {} } }, 'spec.selector.secret: must have name or selector'],
  ['a rule without a store', { dataTo: [{ storeRef: {} }] }, 'spec.dataTo[0].storeRef: must have name or labelSelector'],
  ['a remote key that is rewritten', { dataTo: [{ storeRef: { name: 'vault' }, remoteKey: 'x', rewrite: [{ transform: { template: 'x' } }] }] }, /^spec\.dataTo\[0\]\.rewrite: must not stand beside remoteKey/],
  ['a step that merges', { dataTo: [{ storeRef: { name: 'vault' }, rewrite: [{ merge: {} }] }] }, /^spec\.dataTo\[0\]\.rewrite\[0\]\.merge: unknown field/],
  ['a step of two kinds', { dataTo: [{ storeRef: { name: 'vault' }, rewrite: [{ transform: { template: 'x' }, regexp: { source: 'a', target: 'b' } }] }] }, 'spec.dataTo[0].rewrite[0]: must have regexp or transform, and only one of them'],
  ['an endless pattern', { dataTo: [{ storeRef: { name: 'vault' }, match: { regexp: 'a'.repeat(1_025) } }] }, 'spec.dataTo[0].match.regexp: must have at most 1024 characters'],
  ['a remote key that is empty', { data: [{ match: { remoteRef: { remoteKey: '' } } }] }, 'spec.data[0].match.remoteRef.remoteKey: must not be empty'],
  ['a policy that is none', { deletionPolicy: 'Keep' }, 'spec.deletionPolicy: must be "Delete" or "None"'],
  ['a type that gives rights', { template: { type: 'kubernetes.io/service-account-token' } }, /^spec\.template\.type: must not be a type that grants rights/],
])('%s is refused', (_what, change, message) => {
  expect(specOf(change)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
});

test('there is one version', () => {
  expect(parsed({}, { apiVersion: 'external-secrets.io/v1' })).toEqual({ ok: false, errors: [{ path: 'apiVersion', message: 'is not a version this Prelude reads; use external-secrets.io/v1alpha1' }] });
});

describe('a status', () => {
  const entry = { match: { secretKey: 'key', remoteRef: { remoteKey: 'path' } }, metadata: { any: ['thing'] }, conversionStrategy: 'None' };

  test('is read as External Secrets writes it', () => {
    const status = { refreshTime: '2026-01-01T00:00:00Z', syncedResourceVersion: '1-a', syncedPushSecrets: { 'SecretStore/vault': { path: entry }, 'SecretStore/other': {} }, conditions: [] };
    expect(parsePushSecretStatus({ status })).toEqual(status);
    expect(parsePushSecretStatus({ status: { ...status, refreshTime: null } })).toMatchObject({ refreshTime: null });
  });

  test('that does not parse counts as not there', () => {
    expect(parsePushSecretStatus({ status: { syncedPushSecrets: 1 } })).toEqual({ syncedPushSecrets: {}, conditions: [] });
    expect(parsePushSecretStatus({})).toEqual({ syncedPushSecrets: {}, conditions: [] });
  });
});

test('whether what was pushed is to go is known even of what does not parse', () => {
  const object = { apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret', metadata: { name: 'push' } };
  expect(asksForDeletion({ ...object, spec: { deletionPolicy: 'Delete', data: 1 } })).toBe(true);
  expect(asksForDeletion({ ...object, spec: { deletionPolicy: 'None' } })).toBe(false);
  expect(asksForDeletion(object)).toBe(false);
});
