import { z } from 'zod';
import { customResourceDefinitions } from './crds.ts';

/** A field of a kind that has to do with namespaces, by its name. */
export interface NamespaceField {
  readonly kind: string;
  /** From `spec` on: `spec.provider.aws.auth.secretRef.accessKeyIDSecretRef.namespace`; `[]` is an entry of a list. */
  readonly path: string;
}

const definition = z.object({
  spec: z.object({
    names: z.object({ kind: z.string() }),
    versions: z.array(z.object({ schema: z.object({ openAPIV3Schema: z.object({ properties: z.object({ spec: z.unknown() }) }) }) })),
  }),
});

/** Every field under `spec` of every kind, the providers' and generators' too, whose name speaks of a namespace. */
export function namespaceFields(): readonly NamespaceField[] {
  return [...customResourceDefinitions().values()].flatMap((crd) => {
    const { names, versions } = definition.parse(crd).spec;
    return versions.flatMap(({ schema }) => walk(schema.openAPIV3Schema.properties.spec, 'spec').map((path) => ({ kind: names.kind, path })));
  });
}

const node = z.object({ properties: z.record(z.string(), z.unknown()).default({}), items: z.unknown().optional(), additionalProperties: z.unknown().optional() });

function walk(schema: unknown, path: string): readonly string[] {
  const { success, data } = node.safeParse(schema);
  if (!success) return [];
  return [
    ...Object.entries(data.properties).flatMap(([name, child]) => [...(/namespace/i.test(name) ? [`${path}.${name}`] : []), ...walk(child, `${path}.${name}`)]),
    ...walk(data.items, `${path}[]`),
    ...walk(data.additionalProperties, `${path}.*`),
  ];
}

/** A copy with a value put at a path, where what the value belongs to is there; undefined where it is not. */
export function withValueAt(object: unknown, path: string, value: unknown): unknown {
  const steps = [...stepsOf(path)];
  const last = steps.pop();
  // a clone would share what the object shares, and change in two places
  const copy: unknown = JSON.parse(JSON.stringify(object));
  let owner = copy;
  for (const step of steps) owner = memberOf(owner, step);
  if (last === undefined || typeof owner !== 'object' || owner === null) return undefined;
  Reflect.set(owner, last, value);
  return copy;
}

/** What lies at a path. */
export function valueAt(object: unknown, path: string): unknown {
  return stepsOf(path).reduce(memberOf, object);
}

/** `a[1].b` is 1 below `a`; `a[]` stands for the first entry. */
function stepsOf(path: string): readonly string[] {
  return path.replaceAll('[]', '[0]').split(/[.[\]]+/).filter((step) => step !== '');
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
