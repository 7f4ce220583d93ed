import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonPatch } from '../api/admission-review.ts';
import type { KubeObject } from '../api/object.ts';
import { gatePod } from './gate-pod.ts';

/** As much of RFC 6902 as is used, for paths of two or three steps. */
function patched(pod: KubeObject, patch: JsonPatch = []): unknown {
  const copy = structuredClone<{ metadata: object; spec: object }>(z.looseObject({ metadata: z.looseObject({}), spec: z.looseObject({}) }).parse(pod));
  for (const { path, value } of patch) {
    const [section = '', field = '', last] = path.slice(1).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const parent: unknown = Reflect.get(copy, section);
    if (typeof parent !== 'object' || parent === null) throw new Error(`${path}: there is no ${section}`);
    const inner: unknown = Reflect.get(parent, field);
    if (last === undefined) Reflect.set(parent, field, value);
    else if (last === '-' && Array.isArray(inner)) inner.push(value);
    else if (typeof inner === 'object' && inner !== null) Reflect.set(inner, last, value);
    else throw new Error(`${path}: there is no ${field}`);
  }
  return copy;
}

function pod(metadata: object = {}, spec: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: '', ...metadata }, spec: { containers: [], ...spec } };
}

const create = { uid: 'u-1', operation: 'CREATE', namespace: 'devnet' } as const;
const gate = { name: 'prelude.dev/secrets' };

describe('a pod that has to wait', () => {
  it('gets the gate and the label beside whatever it has, and nothing of it changes otherwise', () => {
    const names = fc.array(fc.stringMatching(/^[a-z]{1,8}\/[a-z]{1,8}$/), { maxLength: 3 });
    const labels = fc.option(fc.dictionary(fc.stringMatching(/^[a-z./~]{1,12}$/), fc.stringMatching(/^[a-z]{0,5}$/), { noNullPrototype: true }), { nil: undefined });
    fc.assert(
      fc.property(names, labels, fc.boolean(), (others, own, isEmpty) => {
        const gates = others.map((name) => ({ name }));
        const before = pod(own === undefined ? {} : { labels: own }, gates.length === 0 && !isEmpty ? {} : { schedulingGates: gates });

        const { allowed, patch } = gatePod({ ...create, object: before }, () => true);

        expect(allowed).toBe(true);
        expect(patched(before, patch)).toEqual(pod({ labels: { ...own, 'prelude.dev/gated': 'true' } }, { schedulingGates: [...gates, gate] }));
      }),
    );
  });

  it('is asked about with the namespace that it is made in', () => {
    const asked: (string | undefined)[] = [];
    gatePod({ ...create, object: pod() }, ({ metadata }) => {
      asked.push(metadata.namespace);
      return false;
    });

    expect(asked).toEqual(['devnet']);
  });

  it('that has the gate already is labelled, so that somebody opens it', () => {
    const { patch } = gatePod({ ...create, object: pod({}, { schedulingGates: [gate] }) }, () => false);

    expect(patch).toEqual([{ op: 'add', path: '/metadata/labels', value: { 'prelude.dev/gated': 'true' } }]);
  });
});

describe('what is let through as it is', () => {
  it.each([
    ['a pod that need not wait', create, pod(), false],
    ['a pod that has its node', create, pod({}, { nodeName: 'worker' }), true],
    ['a pod that wants no gate', create, pod({ annotations: { 'prelude.dev/pod-gate': 'disabled' } }), true],
    ['a pod that is changed', { ...create, operation: 'UPDATE' } as const, pod(), true],
    ['another kind', create, { ...pod(), kind: 'Binding' }, true],
  ])('%s', (_what, request, object, holds) => {
    expect(gatePod({ ...request, object }, () => holds)).toEqual({ allowed: true });
  });
});
