import { describe, expect, it } from 'vitest';
import { externalSecretObject } from '../../test/support/external-secret.ts';
import { parseExternalSecret } from '../api/external-secret.ts';
import type { Provenance } from './provenance.ts';
import { findOlder, readVersions } from './version-order.ts';

function specOf(spec: object) {
  const object = externalSecretObject();
  const parsed = parseExternalSecret({ ...object, spec: { ...Object(object['spec']), ...spec } });
  if (!parsed.ok) throw new Error('it does not parse');
  return parsed.value.spec;
}

function read(version: string, more: { readonly store?: string } = {}): Provenance {
  return new Map([['password', { kind: 'store', store: more.store ?? 'SecretStore devnet/vault', key: 'prod/db', version }]]);
}

const present = specOf({});
const pinned = specOf({ data: [{ secretKey: 'password', remoteRef: { key: 'prod/db', version: '1' } }] });

describe('versions that were read', () => {
  it.each([
    ['9', '10', true],
    ['10', '9', false],
    ['10', '10', false],
    ['3f2a', '7', false],
    ['uuid/1', 'uuid/2', false],
    ['12345678901234567890123456789012', '22345678901234567890123456789012', false],
  ])('%s after %s is older: %s', (is, was, isOlder) => {
    const older = findOlder(readVersions(present, read(is)), readVersions(present, read(was)));
    expect(older).toEqual(isOlder ? { store: 'SecretStore devnet/vault', key: 'prod/db', was, is } : undefined);
  });

  it('are compared within one store, and not where the reference pins one', () => {
    expect(findOlder(readVersions(present, read('1', { store: 'SecretStore devnet/other' })), readVersions(present, read('2')))).toBeUndefined();
    expect(findOlder(readVersions(pinned, read('1')), readVersions(present, read('2')))).toBeUndefined();
  });
});
