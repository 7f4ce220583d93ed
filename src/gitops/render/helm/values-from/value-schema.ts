import type { Chart, ChartValue } from '../chart.ts';
import type { TargetPath } from './target-path.ts';

/** What values.schema.json says of one value, as far as a stand-in has to know. */
export interface ValueSchema {
  readonly kind?: 'string' | 'integer' | 'number' | 'boolean';
  readonly choices?: readonly ChartValue[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** It says more than a stand-in heeds: patterns, formats, alternatives. */
  readonly saysMore?: true;
}

type Json = Readonly<Record<string, unknown>>;

/** What stand-ins heed, and what says nothing about a value. */
const heeded: ReadonlySet<string> = new Set(['type', 'const', 'enum', 'minLength', 'maxLength', 'minimum', 'maximum', 'title', 'description', 'default', 'examples', '$comment', 'deprecated', 'readOnly', 'writeOnly']);

/** A `$ref` that leads to itself leads nowhere. */
const mostReferences = 32;

/** The schema of a value: the chart's own, or the one of the dependency whose values it stands in. */
export function schemaAt(chart: Chart, path: TargetPath): ValueSchema | undefined {
  const own = chart.schema === undefined ? undefined : jsonOf(chart.schema);
  const found = own === undefined ? undefined : descend(own, own, path);
  if (found !== undefined) return toSchema(found);
  const [first, ...rest] = path;
  const aliased = chart.metadata.dependencies.find(({ alias, name }) => (alias === '' ? name : alias) === first)?.name ?? first;
  const child = chart.dependencies.find(({ metadata }) => metadata.name === aliased);
  return child === undefined || rest.length === 0 ? undefined : schemaAt(child, rest);
}

/** A text of a Secret as the schema wants it: a number or a boolean where nothing else would do. */
export function typed(text: string, schema: ValueSchema | undefined): ChartValue {
  const trimmed = text.trim();
  if (schema?.kind === 'boolean' && (trimmed === 'true' || trimmed === 'false')) return trimmed === 'true';
  if (schema?.kind === 'integer' && /^[+-]?\d{1,15}$/.test(trimmed)) return Number(trimmed);
  if (schema?.kind === 'number' && /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(trimmed)) return Number(trimmed);
  return text;
}

function jsonOf(bytes: Uint8Array): Json | undefined {
  try {
    return recordOf(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    // whoever holds the values against it says so
    return undefined;
  }
}

function recordOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined;
}

function descend(root: Json, at: Json, [step, ...rest]: TargetPath, references = 0): Json | undefined {
  const { $ref } = at;
  if (typeof $ref === 'string') {
    const target = references < mostReferences ? resolve(root, $ref) : undefined;
    return target === undefined ? undefined : descend(root, target, step === undefined ? [] : [step, ...rest], references + 1);
  }
  if (step === undefined) return at;
  const properties = recordOf(at['properties']);
  const child = typeof step === 'number' ? recordOf(at['items']) : properties !== undefined && Object.hasOwn(properties, step) ? recordOf(properties[step]) : undefined;
  if (child !== undefined) return descend(root, child, rest, references);
  for (const branch of ['allOf', 'anyOf', 'oneOf'].flatMap((name) => (Array.isArray(at[name]) ? at[name] : []))) {
    const schema = recordOf(branch);
    const found = schema === undefined || references >= mostReferences ? undefined : descend(root, schema, [step, ...rest], references + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A pointer into the same document; others would have to be fetched. */
function resolve(root: Json, reference: string): Json | undefined {
  if (!reference.startsWith('#/')) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(2).split('/')) at = recordOf(at)?.[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')];
  return recordOf(at);
}

function toSchema(schema: Json): ValueSchema {
  const kinds = [schema['type']].flat().filter((type) => type !== 'null');
  const [kind] = kinds;
  const choices = 'const' in schema ? [schema['const']] : Array.isArray(schema['enum']) ? schema['enum'] : undefined;
  const number = (name: string): Readonly<Record<string, number>> => (typeof schema[name] === 'number' ? { [name]: schema[name] } : {});
  return {
    ...(kinds.length === 1 && isKind(kind) ? { kind } : {}),
    ...(choices === undefined ? {} : { choices: choices.filter(isScalar) }),
    ...number('minLength'),
    ...number('maxLength'),
    ...number('minimum'),
    ...number('maximum'),
    ...(Object.keys(schema).some((name) => !heeded.has(name)) ? { saysMore: true } : {}),
  };
}

function isKind(value: unknown): value is NonNullable<ValueSchema['kind']> {
  return value === 'string' || value === 'integer' || value === 'number' || value === 'boolean';
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
