import { expect, test } from 'vitest';
import type { RemoteSource } from '../api/external-secret-spec.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { JsonScan } from '../provider/json-scan.ts';
import { MemberBytes } from '../provider/member-bytes.ts';
import type { RemoteValues } from './read-values.ts';
import { selectExtract, selectValue } from './select-value.ts';

const store = { kind: 'SecretStore', name: 'items' } as const;

function source(more: Partial<RemoteSource> = {}): RemoteSource {
  return { key: 'item', metadataPolicy: 'None', conversionStrategy: 'Default', decodingStrategy: 'None', nullBytePolicy: 'Ignore', ...more };
}

function holding(value: SecretBytes): RemoteValues {
  return { of: () => ({ kind: 'value', value }), found: () => ({ kind: 'found', values: [] }), lookup: () => 'path-only', label: () => 'SecretStore devnet/items', json: new JsonScan() };
}

test('a value that is nothing but its members needs a property, and can be extracted', () => {
  const values = holding(new MemberBytes(new Map([['recovery code', SecretBytes.fromUtf8('canary')]]), 'none'));
  const whole = selectValue({ remoteRef: source(), store }, values);
  const member = selectValue({ remoteRef: source({ property: 'recovery code' }), store }, values);
  const extracted = selectExtract({ kind: 'extract', extract: source(), rewrite: [], store }, values);

  expect(whole).toEqual({ ok: false, problem: { kind: 'unusable', message: '"item" has no value of its own; say by property what of it is meant' } });
  expect(member.ok && Buffer.from(member.value.value.reveal()).toString()).toBe('canary');
  expect(extracted.ok && [...extracted.value.keys()]).toEqual(['recovery code']);
});
