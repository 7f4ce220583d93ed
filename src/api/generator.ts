import { z } from 'zod';
import { clusterGeneratorKind, knownGeneratorKinds, wrappedSpecField } from './generator-kinds.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { FieldError, Parsed } from './schema.ts';
import { parse } from './schema.ts';
import { generatorsApiVersion } from './source-reference.ts';

/** A generator of any kind, as far as can be told without the generator itself, which parses its `spec`. */
export interface GeneratorObject {
  /** The kind that generates; of a ClusterGenerator, the one it wraps. */
  readonly kind: string;
  /** Of the object itself: that of a ClusterGenerator has no namespace. */
  readonly metadata: ObjectMeta;
  /** The class of controllers that serve it; empty: any. */
  readonly controller: string;
  /** As it stands; of a ClusterGenerator, that of the kind it wraps. */
  readonly spec: unknown;
}

const noSpec: Readonly<Record<string, unknown>> = {};

/** A generator without fields may have no spec at all. */
const generatorSpec = z.record(z.string(), z.unknown()).nullish().transform((spec) => spec ?? noSpec);

const wrappableKinds = knownGeneratorKinds.filter((kind) => wrappedSpecField(kind) !== undefined);

/** `spec` of a ClusterGenerator. What it wraps is parsed by the generator. */
const clusterGeneratorSpec = z
  .strictObject({
    kind: z.enum(wrappableKinds, { error: `must be one of ${wrappableKinds.join(', ')}` }).describe('Kind of the generator that is wrapped.'),
    generator: z.record(z.string(), generatorSpec).describe('The spec of the generator, under the one key that goes with the kind: passwordSpec for Password.'),
  })
  .transform(({ kind, generator }, context) => {
    const field = wrappedSpecField(kind) ?? '';
    const spec = Object.hasOwn(generator, field) ? generator[field] : undefined;
    if (spec !== undefined && Object.keys(generator).length === 1) return { kind, spec };
    context.addIssue({ code: 'custom', path: ['generator'], message: `must have ${field}, which goes with kind ${kind}, and nothing else` });
    return z.NEVER;
  });

/**
 * Parses a generator of whatever kind, a ClusterGenerator too, from Git or from the cluster. Kinds that this version does not
 * run parse as well: that they are not run is for the runner to say.
 */
export function parseGenerator(object: KubeObject): Parsed<GeneratorObject> {
  const { kind, metadata } = object;
  if (object.apiVersion !== generatorsApiVersion) return fail({ path: 'apiVersion', message: `must be ${generatorsApiVersion}` });
  if (kind === clusterGeneratorKind) {
    const parsed = parse(z.object({ spec: clusterGeneratorSpec }), object);
    return parsed.ok ? { ok: true, value: { ...parsed.value.spec, metadata, controller: controllerOf(parsed.value.spec.spec) } } : parsed;
  }
  if (!knownGeneratorKinds.includes(kind)) return fail({ path: 'kind', message: 'is not a kind of generator' });
  const parsed = parse(z.object({ spec: generatorSpec }), object);
  return parsed.ok ? { ok: true, value: { kind, metadata, controller: controllerOf(parsed.value.spec), spec: parsed.value.spec } } : parsed;
}

/** Only some kinds have the field; where one without it says it nevertheless, the generator refuses that. */
function controllerOf(spec: Readonly<Record<string, unknown>>): string {
  const controller = spec['controller'];
  return typeof controller === 'string' ? controller : '';
}

function fail(error: FieldError): Parsed<GeneratorObject> {
  return { ok: false, errors: [error] };
}

/** Whether a controller of this class serves the generator: one that names no class is everybody's. */
export function servesGenerator(controllerClass: string, { controller }: Pick<GeneratorObject, 'controller'>): boolean {
  return controller === '' || controller === controllerClass;
}
