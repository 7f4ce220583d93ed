import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { applyObject } from './apply-object.ts';
import { type Management, managersAfterUpdate, ownableFields, printManagers, readManagers, type Writer } from './field-managers.ts';

function by(manager: string, operation: Writer['operation'] = 'Apply'): Writer {
  return { manager, operation, apiVersion: 'v1', time: '2026-01-01T00:00:00Z' };
}

function configMap(data: Readonly<Record<string, unknown>>, managers: readonly Management[] = []): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'ns', managedFields: printManagers(managers) }, data };
}

/** Who owns what, as `manager operation: fields`. */
function ownership(managers: readonly Management[]): readonly string[] {
  return managers.filter(({ fields }) => fields.size > 0).map(({ manager, operation, fields }) => `${manager} ${operation}: ${[...fields].toSorted().join(' ')}`);
}

describe('owned fields', () => {
  it('are every field below the top, lists as one, without what the API server fills in', () => {
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'a', uid: 'u', labels: { 'a/b~c': 'd' } }, spec: { list: [{ x: 1 }], empty: {}, deep: { er: null } } };

    expect([...ownableFields(object)].toSorted()).toEqual(['/metadata/labels/a~1b~0c', '/spec/deep/er', '/spec/empty', '/spec/list']);
  });

  it('are the same after they were kept in an object', () => {
    const map = fc.dictionary(fc.string().filter((key) => key !== '__proto__'), fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('"__proto__"')));
    fc.assert(
      fc.property(map, (data) => {
        const entry: Management = { ...by('x'), fields: ownableFields({ data }) };
        expect(readManagers(printManagers([entry]))).toEqual(entry.fields.size === 0 ? [] : [entry]);
      }),
    );
  });

  it('are nobody\'s where the entry is not of a form that is known', () => {
    expect(readManagers('x')).toEqual([]);
    expect(readManagers([null, 1, { manager: 'x' }, { ...by('x'), operation: 'Guess', fieldsV1: {} }])).toEqual([]);
    expect(ownership(readManagers([{ ...by('x'), fieldsV1: { '.': {}, 'f:a': { 'k:{"name":"b"}': {} } } }]))).toEqual(['x Apply: /a']);
  });

  it('go to who changes them by a plain write, and to nobody when they go', () => {
    const before = { data: { kept: 1, changed: 1, removed: 1 } };
    const after = { data: { kept: 1, changed: 2, added: 1 } };
    const managers = [{ ...by('them'), fields: ownableFields(before) }];

    expect(ownership(managersAfterUpdate(managers, before, after, by('us', 'Update')))).toEqual(['them Apply: /data/kept', 'us Update: /data/added /data/changed']);
  });
});

describe('applying an object', () => {
  it('removes maps that it leaves empty, but not those of others', () => {
    const us = { ...by('us'), fields: ownableFields({ data: { a: { b: { c: 1 } }, d: { e: 1 } } }) };
    const them = { ...by('them'), fields: ownableFields({ data: { d: {} } }) };
    const live = configMap({ a: { b: { c: 1 } }, d: { e: 1 } }, [us, them]);

    const { object, managers } = applyObject(live, configMap({ f: 1 }), by('us'), false);

    expect(object['data']).toEqual({ d: {}, f: 1 });
    expect(ownership(managers)).toEqual(['them Apply: /data/d', 'us Apply: /data/f']);
  });

  it('shares a field that both set to the same value', () => {
    const live = configMap({ a: 1 }, [{ ...by('them'), fields: ownableFields({ data: { a: 1 } }) }]);

    const { managers } = applyObject(live, configMap({ a: 1 }), by('us'), false);
    const withoutThem = applyObject(configMap({ a: 1 }, managers), configMap({}), by('them'), false);

    expect(ownership(managers)).toEqual(['them Apply: /data/a', 'us Apply: /data/a']);
    expect(withoutThem.object['data']).toEqual({ a: 1 });
  });

  it('sees a conflict where a map stands against a value', () => {
    const live = configMap({ a: { b: 1 } }, [{ ...by('them'), fields: ownableFields({ data: { a: { b: 1 } } }) }]);

    expect(() => applyObject(live, configMap({ a: 'text' }), by('us'), false)).toThrow('/data/a (them)');
    expect(applyObject(live, configMap({ a: 'text' }), by('us'), true)).toMatchObject({ object: { data: { a: 'text' } }, managers: [{ manager: 'them', fields: new Set() }, { manager: 'us' }] });
  });

  it('does not contest what others put into a map that somebody set empty', () => {
    const live = configMap({ a: {} }, [{ ...by('them'), fields: ownableFields({ data: { a: {} } }) }]);

    const filled = applyObject(live, configMap({ a: { b: 1 } }), by('us'), false);
    const emptied = applyObject(configMap({ a: { b: 1 } }, filled.managers), configMap({ a: {} }), by('others'), false);

    expect(filled.object['data']).toEqual({ a: { b: 1 } });
    expect(emptied.object['data']).toEqual({ a: { b: 1 } });
  });

  it('names the fields and managers of a conflict, not the values', () => {
    const live = configMap({ a: 'hunter2' }, [{ ...by('them'), fields: ownableFields({ data: { a: 'hunter2' } }) }]);

    expect(() => applyObject(live, configMap({ a: 'hunter3' }), by('us'), false)).toThrow(/^apply conflicts with other field managers on \/data\/a \(them\)$/);
  });

  it('makes what it was last given, whatever it was given before', () => {
    const data = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.nat(3), fc.dictionary(fc.constantFrom('x', 'y'), fc.nat(3), { minKeys: 1 })));
    fc.assert(
      fc.property(fc.array(data, { minLength: 1, maxLength: 5 }), (versions) => {
        let live = configMap({});
        for (const version of versions) {
          const { object, managers } = applyObject(live, configMap(version), by('us'), false);
          live = { ...object, metadata: { ...object.metadata, managedFields: printManagers(managers) } };
        }
        expect(live['data'] ?? {}).toEqual(versions.at(-1));
      }),
    );
  });
});
