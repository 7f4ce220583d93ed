import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { maskObject } from './mask-object.ts';
import type { TaintedPath } from './plan.ts';

function shown(object: KubeObject, taint: readonly TaintedPath[] = []): KubeObject {
  return maskObject({ object, origin: { file: 'a.yaml', line: 1 }, taint });
}

describe('maskObject', () => {
  it('keeps the keys of a Secret and hides their values', () => {
    expect(shown({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, type: 'Opaque', data: { a: 'eA==' }, stringData: { b: 'x' } })).toEqual({
      apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, type: 'Opaque', data: { a: '[redacted]' }, stringData: { b: '[redacted]' },
    });
  });

  it.each(['text', ['text'], 7])('shows nothing of the data of a Secret that is %j instead of a map', (data) => {
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data };

    expect(shown(object)).toEqual({ ...object, data: '[redacted]' });
  });

  it('leaves other objects as they are', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'x' } };

    expect(shown(object)).toEqual(object);
  });

  it('hides tainted paths, in lists too, and more rather than less where a path leads nowhere', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { x: 'v' } }, spec: { list: [{ a: 'v', b: 'w' }], text: 'v' } };

    expect(shown(object, [['spec', 'list', 0, 'a'], ['metadata', 'labels', 'x'], ['spec', 'text', 'deeper']])).toEqual({
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { x: '[redacted]' } }, spec: { list: [{ a: '[redacted]', b: 'w' }], text: '[redacted]' },
    });
  });

  it('shows nothing of a value below a tainted path, wherever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.nat(2)), { minLength: 1, maxLength: 5 }), (path) => {
        let value: unknown = 'canary';
        for (const step of path.toReversed()) value = typeof step === 'number' ? Array.from({ length: step + 1 }, (_, index) => (index === step ? value : 'other')) : { [step]: value };
        const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec: value };

        expect(JSON.stringify(shown(object, [['spec', ...path]]))).not.toContain('canary');
        expect(JSON.stringify(object)).toContain('canary');
      }),
    );
  });
});
