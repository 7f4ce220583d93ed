import { describe, expect, it } from 'vitest';
import { parseGeneratorState } from '../../api/generator-state.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import { decide, type StateEntry } from './decide.ts';

const now = Date.UTC(2026, 0, 1);
const surroundings = { kinds: new Set(['Lease']), now };
const finalizers = ['generatorstate.externalsecrets.io/finalizer'];
const leaving = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers };

function state(spec: Readonly<Record<string, unknown>> = {}, metadata: Readonly<Record<string, unknown>> = { finalizers }): StateEntry {
  return parsedObject(
    {
      apiVersion: 'generators.external-secrets.io/v1alpha1',
      kind: 'GeneratorState',
      metadata: { namespace: 'devnet', name: 'gen-1', ...metadata },
      spec: { resource: { kind: 'Lease', metadata: { name: 'db', namespace: 'mainnet' }, spec: { url: 'u' } }, state: { id: 7 }, ...spec },
    },
    parseGeneratorState,
  );
}

const grafana = { resource: { kind: 'Grafana', metadata: { name: 'board' }, spec: {} } };

describe('a state', () => {
  it('in use is left as it is', () => {
    expect(decide(state(), surroundings)).toEqual({ kind: 'report', outcome: { kind: 'synced', reason: 'Created', message: 'GeneratorState created' } });
  });

  it('that is not held yet is held before anything else', () => {
    expect(decide(state({}, {}), surroundings)).toEqual({ kind: 'hold' });
    expect(decide(state({ garbageCollectionDeadline: '2025-12-31T00:00:00Z' }, {}), surroundings)).toEqual({ kind: 'hold' });
  });

  it('is looked at again when its time is over, and deleted then', () => {
    const soon = state({ garbageCollectionDeadline: '2026-01-01T00:02:00Z' });

    expect(decide(soon, surroundings)).toMatchObject({ kind: 'report', outcome: { kind: 'synced', requeueAfter: 120_000 } });
    expect(decide(soon, { ...surroundings, now: now + 120_000 })).toEqual({ kind: 'delete' });
  });

  it('on its way out is taken back, with what there is in its own namespace, whatever the snapshot says', () => {
    expect(decide(state({}, leaving), surroundings)).toEqual({
      kind: 'take back',
      generator: { label: 'Lease of GeneratorState devnet/gen-1', kind: 'Lease', spec: { url: 'u' }, namespace: 'devnet' },
      state: { id: 7 },
    });
  });

  it('on its way out that we do not hold is none of our business', () => {
    expect(decide(state({}, { ...leaving, finalizers: ['somebody.else/finalizer'] }), surroundings)).toEqual({ kind: 'ignore' });
  });

  it('of a generator that is not run here is left alone while it is in use', () => {
    expect(decide(state(grafana, {}), surroundings)).toEqual({ kind: 'ignore' });
  });

  it.each([
    ['whose time is over', state({ ...grafana, garbageCollectionDeadline: '2025-12-31T00:00:00Z' })],
    ['on its way out', state(grafana, leaving)],
  ])('of a generator that is not run here, %s, is held, and a person is told what to do', (_what, entry) => {
    expect(decide(entry, surroundings)).toEqual({
      kind: 'report',
      outcome: {
        kind: 'stalled',
        reason: 'UnknownGenerator',
        message:
          'this version of Prelude does not run generators of kind Grafana; take back by hand what Grafana "board" made, and remove finalizer generatorstate.externalsecrets.io/finalizer',
      },
    });
  });

  it('that does not parse is held, and a person is told where to look', () => {
    expect(decide(state({ resource: {} }, leaving), surroundings)).toMatchObject({
      kind: 'report',
      outcome: { kind: 'stalled', reason: 'InvalidState', message: expect.stringMatching(/^invalid state: spec\.resource\.kind: is required; /) },
    });
  });
});
