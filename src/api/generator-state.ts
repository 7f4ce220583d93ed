import { z } from 'zod';
import { formatTimestamp } from '../lib/timestamp.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { Parsed } from './schema.ts';
import { parse } from './schema.ts';
import { generatorsApiVersion } from './source-reference.ts';

/** What a run of a generator has left behind outside of the cluster, and how to take it back. */
export interface GeneratorState {
  readonly metadata: ObjectMeta;
  /** When it is to be taken back, in milliseconds since the epoch. Absent: it is in use. */
  readonly garbageCollectionDeadline?: number;
  /** The generator as it was when it ran. It may be gone by now, or say something else. */
  readonly resource: GeneratorSnapshot;
  /** What the generator needs to take it back. */
  readonly state: unknown;
}

export interface GeneratorSnapshot {
  readonly kind: string;
  readonly name?: string;
  readonly spec: unknown;
}

export const generatorStateKind = 'GeneratorState';

/** Label with the hash of kind, namespace, name and state key of whom the state belongs to. */
export const stateOwnerLabel = 'generators.external-secrets.io/owner-key';

/** Reasons of events about a GeneratorState. */
export const generatorStateReasons = {
  kept: 'Created',
  collected: 'Collected',
  failed: 'CleanupFailed',
  foreign: 'UnknownGenerator',
  invalid: 'InvalidState',
} as const;

const deadline = z
  .string()
  .transform((text, context) => {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms)) return ms;
    context.addIssue({ code: 'custom', message: 'must be a time like 2026-01-01T00:00:00Z' });
    return z.NEVER;
  })
  .meta({ format: 'date-time' });

/** A manifest, of which External Secrets keeps everything; what counts is what ran. */
const snapshot = z
  .looseObject({ kind: z.string().min(1), metadata: z.looseObject({ name: z.string().exactOptional() }).nullish(), spec: z.unknown().optional() })
  .transform(({ kind, metadata, spec }): GeneratorSnapshot => ({ kind, ...(metadata?.name === undefined ? {} : { name: metadata.name }), spec: spec ?? {} }));

/** `spec` of a GeneratorState. */
export const generatorStateSpec = z.strictObject({
  garbageCollectionDeadline: deadline.exactOptional().describe('When the state is taken back; while absent, it is in use.'),
  resource: snapshot.describe('The generator as it was when it ran. What its spec names must be there still when the state is taken back.'),
  state: z.unknown().describe('What the generator needs to take back what it made.'),
});

/** Parses a GeneratorState of the cluster. */
export function parseGeneratorState(object: KubeObject): Parsed<GeneratorState> {
  if (object.apiVersion !== generatorsApiVersion || object.kind !== generatorStateKind) {
    return { ok: false, errors: [{ path: 'kind', message: `must be ${generatorStateKind} of ${generatorsApiVersion}` }] };
  }
  const parsed = parse(z.object({ spec: generatorStateSpec }), object);
  if (!parsed.ok) return parsed;
  const { garbageCollectionDeadline, resource, state } = parsed.value.spec;
  return { ok: true, value: { metadata: object.metadata, ...(garbageCollectionDeadline === undefined ? {} : { garbageCollectionDeadline }), resource, state } };
}

const anySpec = z.record(z.string(), z.unknown());

/** A GeneratorState that says when it is to be taken back; undefined where it says so already. @param ms milliseconds since the epoch */
export function withCollectionDeadline(object: KubeObject, ms: number): KubeObject | undefined {
  const spec = anySpec.safeParse(object['spec']);
  if (!spec.success || typeof spec.data['garbageCollectionDeadline'] === 'string') return undefined;
  return { ...object, spec: { ...spec.data, garbageCollectionDeadline: formatTimestamp(ms) } };
}
