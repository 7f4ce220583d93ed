import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { formatErrors } from '../src/api/schema.ts';
import { unsupportedMark } from '../src/api/schema.ts';
import { providerFolders } from '../test/support/rooms.ts';
import { createRegistry } from '../src/provider/registry.ts';
import { providers } from './index.ts';

const registry = createRegistry(providers);

function readme(id: string): string {
  return readFileSync(new URL(`${providerFolders[id] ?? id}/README.md`, import.meta.url), 'utf8');
}

/** The stores among the YAML blocks of a page. */
function storesIn(page: string): readonly unknown[] {
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => match[1] ?? '');
  const store = z.object({ kind: z.enum(['SecretStore', 'ClusterSecretStore']), spec: z.object({ provider: z.unknown() }) });
  return blocks
    .flatMap((block) => parseAllDocuments(block).map((document): unknown => document.toJS()))
    .flatMap((object) => {
      const parsed = store.safeParse(object);
      return parsed.success ? [parsed.data.spec.provider] : [];
    });
}

/** The paths of all fields that a schema takes: `auth.secretRef.accessKeyIDSecretRef`. Selectors of Secrets are leaves. */
function fieldsOf(schema: unknown, path = ''): readonly string[] {
  const shape = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional(), items: z.unknown().optional() }).parse(schema);
  if (unsupportedMark in shape) return [];
  if (shape.items !== undefined) return fieldsOf(shape.items, `${path}[]`);
  const properties = Object.entries(shape.properties ?? {});
  if (properties.length === 0 || path.endsWith('SecretRef')) return [path];
  return properties.flatMap(([name, child]) => fieldsOf(child, path === '' ? name : `${path}.${name}`));
}

describe.each(registry.ids)("the page of provider '%s'", (id) => {
  it('shows stores that can be used as they are', () => {
    const stores = storesIn(readme(id));

    // two names for one folder share a page
    const names = stores.map((store) => Object.keys(z.record(z.string(), z.unknown()).parse(store)).join());
    expect(names).toContain(id);
    expect(names.filter((name) => (providerFolders[name] ?? name) !== (providerFolders[id] ?? id))).toEqual([]);
    expect(stores.map((store) => registry.parse(store)).map((parsed) => (parsed.ok ? parsed.value.id : formatErrors(parsed.errors)))).toEqual(names);
  });

  it('names every field that can be set', () => {
    const fields = fieldsOf(z.toJSONSchema(registry.schemas.get(id) ?? z.never(), { io: 'input', unrepresentable: 'any', reused: 'inline' }));

    expect(fields).not.toContain('');
    expect(fields.filter((field) => !readme(id).includes(`\`${field}\``))).toEqual([]);
  });
});
