import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseGeneratorState } from '../api/generator-state.ts';
import { type LeftState, stateObject, type StateOwner, stateOwnerKey } from './generator-states.ts';

const owner: StateOwner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace: 'devnet', name: 'web', uid: 'uid-1' } };
const left: LeftState = { key: '2', handle: { label: 'Lease devnet/x', kind: 'Lease', spec: { url: 'https://x' }, namespace: 'devnet' }, state: { id: 7 } };

it('a state can be found by its owner’s generator, as External Secrets looks for it', () => {
  // SHA3-224 of what Go prints for kind, namespace, name and state key
  expect(stateOwnerKey(owner, '2')).toBe(createHash('sha3-224').update('ExternalSecret-devnet-web-2').digest('hex'));
});

it('a state in use has no end, goes with its owner, and is held until it is taken back', () => {
  const object = stateObject({ owner, left }, () => 0);

  expect(object).toEqual({
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'GeneratorState',
    metadata: {
      name: 'gen-externalsecret-web-bbbbb',
      namespace: 'devnet',
      labels: { 'generators.external-secrets.io/owner-key': stateOwnerKey(owner, '2') },
      finalizers: ['generatorstate.externalsecrets.io/finalizer'],
      ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'web', uid: 'uid-1' }],
    },
    spec: { resource: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Lease', spec: { url: 'https://x' } }, state: { id: 7 } },
  });
  expect(parseGeneratorState(object)).toMatchObject({ ok: true, value: { resource: { kind: 'Lease', spec: { url: 'https://x' } }, state: { id: 7 } } });
});

it('a state that is over from the start says so', () => {
  expect(stateObject({ owner, left, deadline: Date.UTC(2026, 0, 1) }, () => 0)['spec']).toMatchObject({ garbageCollectionDeadline: '2026-01-01T00:00:00Z' });
});

it('a name is no longer than Kubernetes makes them, and ends with letters and digits of chance', () => {
  const { name } = stateObject({ owner: { ...owner, metadata: { ...owner.metadata, name: 'x'.repeat(253) } }, left }, () => 0.999).metadata;

  expect(name).toBe(`gen-externalsecret-${'x'.repeat(39)}99999`);
  expect(name).toHaveLength(63);
});
