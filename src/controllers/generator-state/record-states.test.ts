import { expect, test } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import type { WriteOptions } from '../../kube/port.ts';
import { systemClock } from '../../lib/clock.ts';
import type { StateEntry } from './decide.ts';
import { createGeneratorStates } from './record-states.ts';

const { signal } = new AbortController();

test('what a generator has left is written as what may hold secrets: a refusal must not quote it', async () => {
  const written: WriteOptions[] = [];
  const write = (object: KubeObject, options: WriteOptions): Promise<KubeObject> => {
    written.push(options);
    return Promise.resolve(object);
  };
  const earlier = { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'GeneratorState', metadata: { namespace: 'devnet', name: 'earlier', uid: 'uid-state', ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'web', uid: 'uid-web' }] }, spec: { resource: {}, state: {} } };
  const states = createGeneratorStates({
    cluster: { create: (_type, object, options) => write(object, options), update: (_type, object, options) => write(object, options), get: () => Promise.resolve(earlier) },
    states: { values: () => new Set<StateEntry>([{ ...earlier, parsed: { ok: true, value: { metadata: earlier.metadata, resource: { kind: 'Lease', spec: {} }, state: {} } } }]).values() },
    runner: { cleanup: () => Promise.resolve() },
    clock: systemClock,
    random: () => 0.5,
  });

  await states.commit(
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace: 'devnet', name: 'web', uid: 'uid-web' } },
    [{ handle: { label: 'Lease devnet/web', kind: 'Lease', spec: {}, namespace: 'devnet' }, key: '0', state: { token: 'hunter2' } }],
    signal,
  );

  expect(written.map(({ holdsValues }) => holdsValues)).toEqual([true, true]);
});
