import { expect, test } from 'vitest';
import type { NamedCredential } from '../../provider/store-reader.ts';
import { CredentialIndex, type SourceUsage } from './credential-index.ts';

const own = (namespace: string): SourceUsage => ({ kind: 'SecretStore', name: 'vault', namespace });
const shared = (namespace: string): SourceUsage => ({ kind: 'ClusterSecretStore', name: 'shared', namespace });
const token = (namespace: string): NamedCredential => ({ kind: 'Secret', namespace, name: 'token' });
const ca: NamedCredential = { kind: 'ConfigMap', namespace: 'infra', name: 'ca' };

/** Stores read with a token of the namespace that uses them; the shared one with an authority as well. */
function index(): { readonly credentials: CredentialIndex; readonly computed: string[]; readonly named: { of: (usage: SourceUsage) => readonly NamedCredential[] } } {
  const computed: string[] = [];
  const named = { of: ({ kind, namespace }: SourceUsage): readonly NamedCredential[] => (kind === 'SecretStore' ? [token(namespace)] : [token(namespace), ca]) };
  const credentials = new CredentialIndex((usage) => {
    computed.push(`${usage.kind} ${usage.name} in ${usage.namespace}`);
    return named.of(usage);
  });
  return { credentials, computed, named };
}

const objectsOf = (credentials: CredentialIndex, kind: 'Secret' | 'ConfigMap', namespace: string, name: string): readonly string[] => [...credentials.objectsOf(kind, { namespace, name })];

test('who reads through a store is found by what the store reads as, in their own namespace', () => {
  const { credentials, computed } = index();
  credentials.set('devnet/a', [own('devnet'), shared('devnet')]);
  credentials.set('devnet/b', [own('devnet')]);
  credentials.set('mainnet/c', [shared('mainnet')]);

  expect(objectsOf(credentials, 'Secret', 'devnet', 'token').toSorted()).toEqual(['devnet/a', 'devnet/b']);
  expect(objectsOf(credentials, 'Secret', 'mainnet', 'token')).toEqual(['mainnet/c']);
  expect(objectsOf(credentials, 'ConfigMap', 'infra', 'ca').toSorted()).toEqual(['devnet/a', 'mainnet/c']);
  expect(objectsOf(credentials, 'Secret', 'infra', 'ca')).toEqual([]);
  expect(computed).toEqual(['SecretStore vault in devnet', 'ClusterSecretStore shared in devnet', 'ClusterSecretStore shared in mainnet']);
});

test('a store that changes is asked anew for each namespace that uses it, and no other is', () => {
  const { credentials, computed, named } = index();
  credentials.set('devnet/a', [own('devnet'), shared('devnet')]);
  credentials.set('mainnet/a', [own('mainnet'), shared('mainnet')]);
  computed.length = 0;
  named.of = () => [ca];

  credentials.refresh('SecretStore devnet/vault');
  expect(computed).toEqual(['SecretStore vault in devnet']);
  credentials.refresh('ClusterSecretStore shared');
  expect(computed).toHaveLength(3);
  expect(objectsOf(credentials, 'Secret', 'devnet', 'token')).toEqual([]);
  expect(objectsOf(credentials, 'Secret', 'mainnet', 'token')).toEqual(['mainnet/a']);
});

test('what nobody uses any more is forgotten', () => {
  const { credentials, computed } = index();
  credentials.set('devnet/a', [own('devnet')]);
  credentials.set('devnet/b', [own('devnet')]);
  credentials.set('devnet/a', []);
  expect(objectsOf(credentials, 'Secret', 'devnet', 'token')).toEqual(['devnet/b']);

  credentials.set('devnet/b', [shared('devnet')]);
  computed.length = 0;
  credentials.refresh('SecretStore devnet/vault');
  expect(computed).toEqual([]);
  expect(objectsOf(credentials, 'Secret', 'devnet', 'token')).toEqual(['devnet/b']);
});
