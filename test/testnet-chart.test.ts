import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const chart = join(dirname(import.meta.dirname), 'charts/testnet');

interface SchemaNode {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

function read(path: string): string {
  return readFileSync(join(chart, path), 'utf8');
}

/** What values.yaml says without being a list, a map of the user's own, or a quantity: `a.b`. */
function leaves(value: object, path = ''): readonly string[] {
  const whole = new Set(['resources', 'podLabels', 'externalSecrets.secrets']);
  return Object.entries(value).flatMap(([name, child]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const isGroup = typeof child === 'object' && child !== null && !Array.isArray(child) && !whole.has(name) && !whole.has(here);
    return isGroup ? leaves(child, here) : [here];
  });
}

describe('the sample testnet chart, as it lies in the repository', () => {
  it('explains every value it has', () => {
    const readme = read('README.md');

    expect(leaves(parse(read('values.yaml'))).filter((path) => !readme.includes(`\`${path}\``))).toEqual([]);
  });

  it('has a schema that knows every value it has', () => {
    const schema = JSON.parse(read('values.schema.json'));
    const resolve = (node: SchemaNode): SchemaNode => (node.$ref === undefined ? node : schema.definitions[node.$ref.replace('#/definitions/', '')]);
    const unknown = leaves(parse(read('values.yaml'))).filter((path) => path.split('.').reduce<SchemaNode | undefined>((node, key) => node && resolve(node).properties?.[key], schema) === undefined);

    expect(unknown).toEqual([]);
    expect(schema.additionalProperties).toBe(false);
  });

  it('holds no secret: what is taken from Secrets is empty, and nothing but a template makes a Secret', () => {
    const { keyPassword, seed } = parse(read('values.yaml'));

    expect([keyPassword, seed.libp2pKeyPair]).toEqual(['', '']);
    const secrets = globSync('templates/*.yaml', { cwd: chart }).filter((path) => /^kind: Secret$/m.test(read(path)));
    expect(secrets.toSorted()).toEqual(['templates/key-password.yaml', 'templates/seed-libp2p.yaml']);
  });

  it('depends on the chart that it brings', () => {
    const [dependency] = parse(read('Chart.yaml')).dependencies;
    const { name, version } = parse(read('charts/postgres/Chart.yaml'));

    expect(dependency).toEqual({ name, version: '0.1.x', repository: '', condition: 'archive.enabled' });
    expect(version).toMatch(/^0\.1\.\d+$/);
  });
});
