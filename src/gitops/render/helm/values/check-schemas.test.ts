import { describe, expect, it } from 'vitest';
import { loadChart } from '../load/load-chart.ts';
import type { ChartValues } from '../chart.ts';
import { checkSchemas } from './check-schemas.ts';

async function check(schema: object, values: ChartValues): Promise<void> {
  const files = { 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'values.schema.json': JSON.stringify(schema) };
  checkSchemas(await loadChart(Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) }))), values);
}

describe('checkSchemas', () => {
  it('names the chart, the place and what is wanted, and quotes no value', async () => {
    const schema = { properties: { 'a/b': { items: { type: 'integer' } }, c: { enum: ['x'] } }, required: ['d'] };

    await expect(check(schema, { 'a/b': [1, 'hunter2'], c: 'hunter3', d: 1 })).rejects.toThrow(
      'the values do not fit values.schema.json:\nweb: at /a~1b/1: this is of kind string, and must be integer\nweb: at /c: this is none of the values that the schema allows',
    );
    await expect(check(schema, {})).rejects.toThrow('web: at the top: d is missing');
  });

  it('fetches nothing, and names what it would have to', async () => {
    await expect(check({ properties: { a: { $ref: 'https://schemas.prelude.test/a.json' } } }, {})).rejects.toThrow('refers to https://schemas.prelude.test/a.json, which is not in values.schema.json and is not fetched');
    await expect(check({ $ref: 'file:///etc/passwd' }, {})).rejects.toThrow('is not fetched');
    await expect(check({ $schema: 'https://schemas.prelude.test/own' }, {})).rejects.toThrow('is no draft of JSON Schema that is known');
  });

  it('ends where a schema asks for too much work', async () => {
    const level = (depth: number): object => ({ anyOf: [{ $ref: `#/$defs/l${depth}` }, { $ref: `#/$defs/l${depth}` }] });
    const $defs = Object.fromEntries(Array.from({ length: 40 }, (_, depth) => [`l${depth}`, depth === 39 ? false : level(depth + 1)]));

    await expect(check({ $defs, $ref: '#/$defs/l0' }, {})).rejects.toThrow('it takes more than');
  }, 30_000);
});
