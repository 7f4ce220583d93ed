import { describe, expect, it } from 'vitest';
import type { Chart } from '../chart.ts';
import { schemasOf } from './value-schema.ts';

function chart(schema: unknown): Chart {
  const metadata = {
    ...{ apiVersion: 'v2', name: 'net', version: '1.0.0', type: 'application', appVersion: '', kubeVersion: '', deprecated: false } as const,
    ...{ dependencies: [], declaresDependencies: false, shown: {} },
  };
  return { metadata, values: {}, schema: Buffer.from(JSON.stringify(schema)), templates: [], files: [], crds: [], dependencies: [] };
}

const port = { properties: { port: { type: 'integer' } } };

describe('schemaAt', () => {
  it('finds a value behind references and alternatives', () => {
    const definitions = { 'a/b c': port, other: { anyOf: [true, { properties: { host: {} } }, { $ref: '#/definitions/a~1b%20c' }] } };

    expect(schemasOf(chart({ definitions, properties: { nodes: { items: { $ref: '#/definitions/other' } } } }))(['nodes', 0, 'port'])).toEqual({ kind: 'integer' });
    expect(schemasOf(chart({ oneOf: [...Array.from({ length: 500 }, () => ({ properties: {} })), port] }))(['port'])).toEqual({ kind: 'integer' });
  });

  it.each(['#/%zz', '#/%ff', '#/none', '#', 'https://x.example/schema.json', `#/definitions/${'a'.repeat(5_000)}`])('knows nothing of what %j leads to', ($ref) => {
    expect(schemasOf(chart({ $ref, definitions: { ['a'.repeat(5_000)]: port } }))(['port'])).toBeUndefined();
  });

  it('gives up on alternatives that lead to each other, however many ways there are', () => {
    const to = (name: string, ways: number) => ({ anyOf: Array.from({ length: ways }, () => ({ $ref: `#/definitions/${name}` })) });

    expect(schemasOf(chart({ definitions: { a: to('b', 2), b: to('a', 3) }, $ref: '#/definitions/a' }))(['port'])).toBeUndefined();
  });

  it('does not walk a large schema again for each of its alternatives', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => [`d${index}`, {}] as const);
    const schema = { definitions: Object.fromEntries(many), anyOf: many.map(([name]) => ({ $ref: `#/definitions/${name}` })) };

    expect(schemasOf(chart(schema))(['port'])).toBeUndefined();
  });
});
