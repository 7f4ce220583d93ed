import { describe, expect, it } from 'vitest';
import { parseSealedSecret, type SealedSecretSpec } from './sealed-secret.ts';

function read(spec: unknown, apiVersion = 'bitnami.com/v1alpha1'): SealedSecretSpec | readonly string[] {
  const parsed = parseSealedSecret({ apiVersion, kind: 'SealedSecret', metadata: { name: 'keys', namespace: 'devnet' }, spec });
  return parsed.ok ? parsed.value.spec : parsed.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('a SealedSecret', () => {
  it('needs no template, and no more than what is sealed', () => {
    expect(read({ encryptedData: { key: 'AgB=' } })).toEqual({ encryptedData: { key: 'AgB=' }, template: { labels: {}, annotations: {}, finalizers: [], data: {} } });
  });

  it('has a template whose nulls say nothing, as kubeseal writes them', () => {
    const spec = read({ encryptedData: {}, template: { metadata: { creationTimestamp: null, name: 'keys', labels: { a: 'b' }, annotations: null }, type: 'Opaque', immutable: true, data: null } });
    expect(spec).toMatchObject({ template: { labels: { a: 'b' }, annotations: {}, type: 'Opaque', immutable: true, data: {} } });
  });

  it('is refused with the path of what is wrong, and without its value', () => {
    expect(read({ encryptedData: { key: 7 } })).toEqual(['spec.encryptedData.key: must be a ciphertext in base64']);
    expect(read({ encryptedData: { 'no key': 'AgB=' } })).toMatchObject([expect.stringMatching(/^spec\.encryptedData\[no key\]: /)]);
    expect(read({ encryptedData: { key: 'AgB=' }, data: 'canary' })).toEqual(['spec.data: cannot stand beside encryptedData; remove it, it is the deprecated form']);
    expect(read({ encryptedData: {}, template: { type: 'kubernetes.io/service-account-token' } })).toMatchObject([expect.stringMatching(/^spec\.template\.type: /)]);
    expect(read({ encryptedData: {} }, 'bitnami.com/v2')).toEqual(['apiVersion: is not a version this Prelude reads; use bitnami.com/v1alpha1']);
  });
});
