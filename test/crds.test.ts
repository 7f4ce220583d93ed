import { readdirSync, readFileSync } from 'node:fs';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { parseAppProject } from '../src/api/app-project.ts';
import { parseApplicationSet } from '../src/api/application-set.ts';
import { parseApplication } from '../src/api/application.ts';
import type { KubeObject } from '../src/api/object.ts';
import { formatErrors } from '../src/api/schema.ts';
import { shippedChecks } from '../src/app/shipped-checks.ts';
import { printYaml } from '../src/lib/yaml-print.ts';
import { readExample } from './support/crd-examples.ts';
import { customResourceDefinitions, generatedNote } from './support/crds.ts';

const folder = new URL('../crds/', import.meta.url);
const definitions = [...customResourceDefinitions()];

function yamlFiles(url: URL): readonly string[] {
  return readdirSync(url).filter((name) => name.endsWith('.yaml')).toSorted();
}

/** Every part of a schema, with the path to it. */
function* nodesOf(value: unknown, path = ''): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  if (typeof value !== 'object' || value === null) return;
  yield [path, Object.fromEntries(Object.entries(value))];
  for (const [name, child] of Object.entries(value)) yield* nodesOf(child, `${path}/${name}`);
}

test('the committed files are what the schemas generate', () => {
  expect(yamlFiles(folder)).toEqual(definitions.map(([name]) => name).toSorted());
  for (const [name, definition] of definitions) {
    expect(readFileSync(new URL(name, folder), 'utf8'), `${name} is out of date: npm run crds`).toBe(`${generatedNote}${printYaml(definition)}`);
  }
});

test.each(definitions)('%s is small enough for kubectl apply', (_name, definition) => {
  expect(JSON.stringify(definition).length).toBeLessThan(256 * 1024);
});

test.each(definitions)('%s injects no default but the start of the status', (_name, definition) => {
  const defaults = [...nodesOf(definition)].filter(([path, node]) => Object.hasOwn(node, 'default') && !path.endsWith('/properties')).map(([path, node]) => [path.slice(path.indexOf('openAPIV3Schema')), node['default']]);

  expect(defaults.every(([path]) => path === 'openAPIV3Schema/properties/status')).toBe(true);
  expect(defaults.map(([, value]) => value)).toEqual(defaults.map(() => ({ observedGeneration: -1 })));
});

test.each(definitions)('every pattern of %s is one of RE2, as the API server compiles it', (_name, definition) => {
  const patterns = [...nodesOf(definition)].flatMap(([, node]) => (typeof node['pattern'] === 'string' ? [node['pattern']] : []));

  for (const pattern of patterns) expect(() => RE2JS.compile(pattern), pattern).not.toThrow();
});

const check = shippedChecks();

/** What a controller that reads the object would say is wrong with it. */
function problemsOf(object: KubeObject): string | undefined {
  if (object.kind === 'Application' || object.kind === 'ApplicationSet') {
    const parsed = object.kind === 'Application' ? parseApplication(object) : parseApplicationSet(object);
    return parsed.ok ? '' : formatErrors(parsed.errors);
  }
  if (object.kind === 'AppProject') {
    const parsed = parseAppProject(object);
    return parsed.ok ? '' : formatErrors(parsed.errors);
  }
  const checked = check(object);
  return checked === undefined ? undefined : formatErrors(checked.errors);
}

test('there is an example for each kind that people write', () => {
  const kinds = yamlFiles(new URL('examples/', folder)).map((name) => readExample(name).kind);
  const written = definitions.map(([, definition]) => String(Reflect.get(Object(Reflect.get(Object(Reflect.get(definition, 'spec')), 'names')), 'kind'))).filter((kind) => kind !== 'GeneratorState');

  expect(kinds.toSorted()).toEqual(written.toSorted());
});

test.each(yamlFiles(new URL('examples/', folder)))('examples/%s parses', (name) => {
  expect(problemsOf(readExample(name))).toBe('');
});
