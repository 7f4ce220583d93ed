import { clusterGeneratorKind, servedGeneratorKinds } from '../api/generator-kinds.ts';
import type { GeneratorObject } from '../api/generator.ts';
import type { GeneratorReference } from '../api/source-reference.ts';
import type { GeneratorHandle } from '../provider/generator-runner.ts';

/** How messages name a generator. */
export function generatorName({ kind, name }: GeneratorReference): string {
  return `${kind} "${name}"`;
}

/** Why a generator is not to be had, which messages call `name`: there is none, or it is of a kind that nobody here runs and that is not looked for. */
export function missingGenerator({ kind }: GeneratorReference, name: string): string {
  if (kind === clusterGeneratorKind || servedGeneratorKinds.includes(kind)) return `${name} does not exist`;
  return `${name} cannot be run: this version of Prelude runs generators of kind ${servedGeneratorKinds.join(', ')}`;
}

/**
 * A generator as the runner takes it.
 * @param namespace the consumer's: whatever the generator names is looked up there
 */
export function generatorHandle(reference: GeneratorReference, { kind, metadata, spec }: GeneratorObject, namespace: string): GeneratorHandle {
  const label = metadata.namespace === undefined ? `${reference.kind} ${metadata.name}` : `${reference.kind} ${metadata.namespace}/${metadata.name}`;
  return { label, kind, spec, namespace };
}
