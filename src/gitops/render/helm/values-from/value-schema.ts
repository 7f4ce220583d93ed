import { listOf } from '../../../plan/needs/field.ts';
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
/** Schemas looked at for one value: alternatives that lead to each other have more ways than can be walked. */
const mostSteps = 10_000;
/** Characters of a `$ref`. */
const longestReference = 1_000;

/** Finds the schema of a value by its path. */
export type SchemaAt = (path: TargetPath) => ValueSchema | undefined;

/** The schemas of a chart's values: its own, or the one of the dependency whose values a path stands in. Each is parsed once, and where it is asked for. */
export function schemasOf(chart: Chart): SchemaAt {
  const roots = new Map<Chart, Json | undefined>();
  const rootOf = (one: Chart): Json | undefined => {
    if (!roots.has(one)) roots.set(one, one.schema === undefined ? undefined : jsonOf(one.schema));
    return roots.get(one);
  };
  const schemaAt = (one: Chart, path: TargetPath): ValueSchema | undefined => {
    const root = rootOf(one);
    const found = root === undefined ? undefined : descend({ root, stepsLeft: mostSteps }, root, path);
    if (found !== undefined) return toSchema(found);
    const [first, ...rest] = path;
    const aliased = one.metadata.dependencies.find(({ alias, name }) => (alias === '' ? name : alias) === first)?.name ?? first;
    const child = one.dependencies.find(({ metadata }) => metadata.name === aliased);
    return child === undefined || rest.length === 0 ? undefined : schemaAt(child, rest);
  };
  return (path) => schemaAt(chart, path);
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
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One search, with what all its branches together may still spend. */
interface Search {
  readonly root: Json;
  stepsLeft: number;
}

function descend(search: Search, schema: unknown, [step, ...rest]: TargetPath, references = 0): Json | undefined {
  const at = recordOf(schema);
  search.stepsLeft -= 1;
  if (at === undefined || search.stepsLeft < 0 || references > mostReferences) return undefined;
  const { $ref } = at;
  if (typeof $ref === 'string') return descend(search, resolve(search.root, $ref), step === undefined ? [] : [step, ...rest], references + 1);
  if (step === undefined) return at;
  const properties = recordOf(at['properties']);
  const child = typeof step === 'number' ? recordOf(at['items']) : properties !== undefined && Object.hasOwn(properties, step) ? recordOf(properties[step]) : undefined;
  if (child !== undefined) return descend(search, child, rest, references);
  for (const name of ['allOf', 'anyOf', 'oneOf']) {
    for (const branch of listOf(at[name])) {
      if (search.stepsLeft <= 0) return undefined;
      const found = descend(search, branch, [step, ...rest], references + 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A pointer into the same document; others would have to be fetched. */
function resolve(root: Json, reference: string): unknown {
  if (!reference.startsWith('#/') || reference.length > longestReference) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    const name = unescaped(step);
    const record = recordOf(at);
    at = record !== undefined && name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
  }
  return at;
}

/** One step of a pointer in a URL, or undefined where its escapes are none (`%zz`). */
function unescaped(step: string): string | undefined {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined;
  }
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
