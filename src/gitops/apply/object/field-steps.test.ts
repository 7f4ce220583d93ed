import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownedFields, valueAt, withValueAt } from './field-steps.ts';

const pod = { spec: { containers: [{ name: 'a', image: 'one' }, { name: 'b', image: 'two' }], finalizers: ['x', 'y'] } };

describe('valueAt', () => {
  it('finds fields, items by index, and items by what tells them apart', () => {
    expect(valueAt(pod, ['spec', 'containers', '1', 'image'])).toBe('two');
    expect(valueAt(pod, ['spec', 'containers', { keys: { name: 'a' } }, 'image'])).toBe('one');
    expect(valueAt(pod, ['spec', 'finalizers', { value: 'y' }])).toBe('y');
  });

  it.each([[['spec', 'containers', '01']], [['spec', 'containers', '2', 'image']], [['constructor']], [['spec', 'containers', 'length']], [['spec', { keys: { name: 'a' } }]]])('finds nothing at %j', (steps) => {
    expect(valueAt(pod, steps)).toBeUndefined();
  });
});

describe('withValueAt', () => {
  it('takes out and puts in, in a copy', () => {
    expect(withValueAt(pod, ['spec', 'containers', { keys: { name: 'b' } }, 'image'], undefined)).toEqual({ spec: { ...pod.spec, containers: [pod.spec.containers[0], { name: 'b' }] } });
    expect(withValueAt(pod, ['spec', 'containers', '0'], undefined)).toMatchObject({ spec: { containers: [{ name: 'b' }] } });
    expect(withValueAt(pod, ['spec', 'finalizers'], ['z'])).toMatchObject({ spec: { finalizers: ['z'] } });
    expect(pod.spec.containers).toHaveLength(2);
  });

  it('changes nothing where a path leads nowhere', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.string(), { minLength: 1 }), (value, steps) => {
        fc.pre(valueAt(value, steps) === undefined);
        expect(withValueAt(value, steps, 'new')).toEqual(value);
      }),
    );
  });

  it('leaves nothing at a path that it has emptied', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())), fc.string(), fc.string(), (value, a, b) => valueAt(withValueAt(value, [a, b], undefined), [a, b]) === undefined));
  });
});

describe('ownedFields', () => {
  it('reads the steps of managedFields', () => {
    const fields = { 'f:spec': { 'f:replicas': {}, 'f:template': { '.': {}, 'f:containers': { 'k:{"name":"a"}': { 'f:image': {} }, 'k:{"name":"b"}': { '.': {}, 'f:name': {} } } }, 'f:ports': { 'i:2': {} }, 'f:set': { 'v:"x"': {} }, 'f:empty': { '.': {} } } };

    expect(ownedFields(fields)).toEqual([
      ['spec', 'replicas'],
      ['spec', 'template', 'containers', { keys: { name: 'a' } }, 'image'],
      ['spec', 'template', 'containers', { keys: { name: 'b' } }],
      ['spec', 'ports', 2],
      ['spec', 'set', { value: 'x' }],
      ['spec', 'empty'],
    ]);
  });

  it('takes what is no fieldsV1 for nothing owned', () => {
    for (const odd of [undefined, null, [], {}, 'f:spec', { 'k:{': {}, 'x:a': {}, 'i:"1"': {} }]) expect(ownedFields(odd)).toEqual([]);
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(ownedFields(value))));
  });
});
