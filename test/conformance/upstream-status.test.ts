import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { parseYaml } from '../../src/lib/yaml.ts';
import { customResourceDefinitions } from '../support/crds.ts';

const { upstream } = inject('parts');

const node: z.ZodType<SchemaNode> = z.lazy(() =>
  z.looseObject({ required: z.array(z.string()).default([]), properties: z.record(z.string(), node).default({}), items: node.optional() }),
);
interface SchemaNode {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode | undefined;
}
const definition = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ versions: z.array(z.looseObject({ name: z.string(), schema: z.looseObject({ openAPIV3Schema: node }) })) }),
});

/** The schema of `status` by `<definition>/<version>`. */
function statusesOf(definitions: Iterable<unknown>): ReadonlyMap<string, SchemaNode> {
  const found = [...definitions].flatMap((one) => {
    const { metadata, spec } = definition.parse(one);
    return spec.versions.flatMap(({ name, schema }) => {
      const { status } = schema.openAPIV3Schema.properties;
      return status === undefined ? [] : [[`${metadata.name}/${name}`, status] as const];
    });
  });
  return new Map(found);
}

/** Paths that one schema requires and the other does not. */
function requiredOnlyBy(ours: SchemaNode, theirs: SchemaNode | undefined, path: string): readonly string[] {
  const here = ours.required.filter((name) => theirs?.required.includes(name) !== true).map((name) => `${path}.${name}`);
  const below = Object.entries(ours.properties).flatMap(([name, child]) => requiredOnlyBy(child, theirs?.properties[name], `${path}.${name}`));
  return [...here, ...below, ...(ours.items === undefined ? [] : requiredOnlyBy(ours.items, theirs?.items, `${path}[]`))];
}

const ours = statusesOf(customResourceDefinitions().values());
const theirs = statusesOf(readdirSync(upstream.crds).filter((file) => file.startsWith('external-secrets.io_') || file.startsWith('generators.')).flatMap((file) => parseYaml(readFileSync(join(upstream.crds, file))).map(({ value }) => value)));
const both = [...ours.keys()].filter((name) => theirs.has(name));

test("every kind of External Secrets' that has a status is compared", () => {
  expect(both.length).toBeGreaterThanOrEqual(6);
});

// whoever goes back leaves our definitions in the cluster: what the other operator writes must be taken
test.each(both)("%s asks for nothing in a status that External Secrets' own operator may leave out", (name) => {
  const [own, other] = [ours.get(name), theirs.get(name)];
  expect(own === undefined ? [] : requiredOnlyBy(own, other, 'status')).toEqual([]);
});
