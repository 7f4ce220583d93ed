import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { servedGeneratorKinds } from '../src/api/generator-kinds.ts';
import { parseGenerator } from '../src/api/generator.ts';
import type { KubeObject } from '../src/api/object.ts';
import { formatErrors, unsupportedMark } from '../src/api/schema.ts';
import { createGeneratorRegistry } from '../src/provider/generator-registry.ts';
import { generators } from './index.ts';
import { localGenerators } from './local/index.ts';

const registry = createGeneratorRegistry(generators);

const pages = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => readFileSync(new URL(path, import.meta.url), 'utf8'));

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }).transform(({ name }) => ({ name })),
});

/** The generators among the YAML blocks of all pages. */
const examples = pages
  .flatMap((page) => [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => match[1] ?? ''))
  .flatMap((block) => parseAllDocuments(block).map((document): unknown => document.toJS()))
  .flatMap((object): readonly KubeObject[] => {
    const parsed = manifest.safeParse(object);
    return parsed.success && parsed.data.apiVersion.startsWith('generators.') ? [parsed.data] : [];
  });

/** What is wrong with an example, or its kind. */
function judge(object: KubeObject): string {
  const parsed = parseGenerator(object);
  if (!parsed.ok) return formatErrors(parsed.errors);
  const spec = registry.parse(parsed.value.kind, parsed.value.spec);
  return spec.ok ? parsed.value.kind : formatErrors(spec.errors);
}

/** The paths of all fields that a schema takes. Selectors are leaves. */
function fieldsOf(schema: unknown, path = ''): readonly string[] {
  const shape = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional(), items: z.unknown().optional() }).parse(schema);
  if (unsupportedMark in shape) return [];
  if (shape.items !== undefined) return fieldsOf(shape.items, path);
  const properties = Object.entries(shape.properties ?? {});
  if (properties.length === 0 || /(SecretRef|secretRef|serviceAccountRef)$/i.test(path)) return path === '' ? [] : [path];
  return properties.flatMap(([name, child]) => fieldsOf(child, path === '' ? name : `${path}.${name}`));
}

it('the kinds that are said to run are those that do', () => {
  expect(registry.kinds.toSorted()).toEqual(servedGeneratorKinds);
});

describe.each(registry.kinds)("a page about generator '%s'", (kind) => {
  it('shows it so that it can be used as it is', () => {
    const shown = examples.filter((object) => object.kind === kind || judge(object) === kind);

    expect(shown.length).toBeGreaterThan(0);
    expect(shown.map(judge)).toEqual(shown.map(() => kind));
  });
});

describe.each(localGenerators.map(({ kind }) => kind))("the page about generator '%s'", (kind) => {
  it('names every field that can be set', () => {
    const fields = fieldsOf(z.toJSONSchema(registry.schemas.get(kind) ?? z.never(), { io: 'input', unrepresentable: 'any', reused: 'inline' }));

    expect(fields.filter((field) => !pages.some((page) => page.includes(`\`${field}\``)))).toEqual([]);
  });
});
