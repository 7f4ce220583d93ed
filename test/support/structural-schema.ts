import { z } from 'zod';
import { knownValuesMark } from '../../src/api/known-values.ts';
import { unsupportedMark } from '../../src/api/schema.ts';

/** A part of a CRD's openAPIV3Schema. */
export type Structural = Readonly<Record<string, unknown>>;

const preserve = 'x-kubernetes-preserve-unknown-fields';
const intOrString = 'x-kubernetes-int-or-string';

/** Copied as they are; everything else is either translated below or a reason to stop. */
const copied: ReadonlySet<string> = new Set([
  'type', 'description', 'format', 'pattern', 'minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties', 'required', 'enum', 'nullable',
  'x-kubernetes-validations',
]);

/** What zod says and a structural schema must not: defaults would be written into objects, and unknown fields are pruned anyway. */
const dropped: ReadonlySet<string> = new Set(['default', '$schema', 'propertyNames', 'id']);

/**
 * Turns a zod schema, as the API room writes them, into a structural schema of Kubernetes. What is refused while parsing because
 * it is not supported yet is kept by the API server, so that the controller can say so.
 * @throws Error where a schema uses what structural schemas cannot say
 */
export function structuralSchema(schema: z.ZodType): Structural {
  return structural(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any', reused: 'inline' }));
}

function structural(node: unknown): Structural {
  const schema = record(node);
  const description = typeof schema['description'] === 'string' ? { description: schema['description'] } : {};
  if (schema[unsupportedMark] === true) return { description: 'Known, but not supported by this version of Prelude.', [preserve]: true };
  if (schema[intOrString] === true) return { ...description, [intOrString]: true };
  const known = schema[knownValuesMark];
  if (Array.isArray(known)) return { ...description, ...(typeof known[0] === 'boolean' ? { type: 'boolean' } : { type: 'string', enum: known }) };
  if (schema['type'] === undefined) return { ...description, [preserve]: true };
  return Object.fromEntries(Object.entries(schema).flatMap(([name, value]) => translate(name, value)));
}

function translate(name: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (dropped.has(name)) return [];
  if (name === 'pattern') return [[name, goPattern(String(value))]];
  if (name === 'properties') return [[name, Object.fromEntries(Object.entries(record(value)).map(([field, child]) => [field, structural(child)]))]];
  if (name === 'items') return [[name, structural(value)]];
  if (name === 'additionalProperties') return additionalProperties(value);
  // zod bounds integers by what a double holds exactly, which says nothing
  if (name === 'minimum' || name === 'maximum') return Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? [] : [[name, value]];
  if (name === 'const') return [['enum', [value]]];
  if (copied.has(name)) return [[name, value]];
  throw new Error(`"${name}" has no place in a structural schema`);
}

/** `false` is how a structural schema is anyway; of values that may be anything the keys are kept. */
function additionalProperties(value: unknown): readonly (readonly [string, unknown])[] {
  if (value === false) return [];
  return Object.keys(record(value)).length === 0 ? [[preserve, true]] : [['additionalProperties', structural(value)]];
}

/** Go's regular expressions write a code point as `\x{1f}`. */
function goPattern(pattern: string): string {
  return pattern.replace(/\\u([0-9a-fA-F]{4})/g, String.raw`\x{$1}`);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.fromEntries(Object.entries(value));
  throw new Error(`a schema must be an object, not ${typeof value}`);
}
