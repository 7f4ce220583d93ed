import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { generators } from '../../providers/index.ts';
import { unsupportedMark } from '../../src/api/schema.ts';
import { parseYaml } from '../../src/lib/yaml.ts';

const schemaShape = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional(), items: z.unknown().optional(), additionalProperties: z.unknown().optional() });

/** The paths of all fields that a JSON schema takes. What is refused as a whole stands for all that is in it. */
function fieldsOf(schema: unknown, path = ''): readonly string[] {
  const shape = schemaShape.parse(schema);
  if (unsupportedMark in shape) return [`${path}.*`];
  if (shape.items !== undefined) return fieldsOf(shape.items, `${path}[]`);
  const inner = Object.entries(shape.properties ?? {});
  return inner.length === 0 ? [path] : inner.flatMap(([name, child]) => fieldsOf(child, path === '' ? name : `${path}.${name}`));
}

const definition = z.object({ spec: z.object({ versions: z.array(z.object({ schema: z.object({ openAPIV3Schema: z.object({ properties: z.object({ spec: z.unknown() }) }) }) })) }) });

function upstreamFields(kind: string): readonly string[] {
  const file = join(inject('parts').upstream.crds, `generators.external-secrets.io_${kind.toLowerCase()}s.yaml`);
  const [crd] = parseYaml(readFileSync(file)).map(({ value }) => definition.parse(value));
  return fieldsOf(crd?.spec.versions[0]?.schema.openAPIV3Schema.properties.spec);
}

/** Fields that came to External Secrets after the version whose definitions lie here; `.*`: all below. */
const newer: Readonly<Record<string, readonly string[]>> = {
  GCRAccessToken: ['auth.workloadIdentityFederation.gcpServiceAccountEmail'],
  VaultDynamicSecret: ['getParameters', 'provider.auth.cert.vaultRole', 'provider.auth.gcp.*'],
};

const remote = ['ACRAccessToken', 'ECRAuthorizationToken', 'GCRAccessToken', 'GithubAccessToken', 'STSSessionToken', 'VaultDynamicSecret', 'Webhook'];

describe.each(remote)("the spec of generator '%s'", (kind) => {
  const ours = fieldsOf(z.toJSONSchema(generators.find((generator) => generator.kind === kind)?.schema ?? z.never(), { io: 'input', unrepresentable: 'any', reused: 'inline' }));
  const refused = ours.filter((field) => field.endsWith('.*')).map((field) => field.slice(0, -1));

  it('has every field that External Secrets has', () => {
    const fields = upstreamFields(kind).filter((field) => !refused.some((prefix) => `${field}.`.startsWith(prefix)));

    expect(fields.length).toBeGreaterThan(4);
    expect(fields.filter((field) => !ours.includes(field))).toEqual([]);
  });

  it('has no other', () => {
    const fields = upstreamFields(kind);
    const isTheirs = (field: string): boolean => (field.endsWith('.*') ? fields.some((theirs) => `${theirs}.`.startsWith(field.slice(0, -1))) : fields.includes(field));

    const nameOf = (field: string): string => (newer[kind] ?? []).find((one) => one === field || (one.endsWith('.*') && field.startsWith(one.slice(0, -1)))) ?? field;
    expect([...new Set(ours.filter((field) => !isTheirs(field)).map(nameOf))].toSorted()).toEqual(newer[kind] ?? []);
  });
});
