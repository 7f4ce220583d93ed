import type { GeneratorObject } from '../api/generator.ts';
import { clusterGeneratorKind } from '../api/generator-kinds.ts';
import { formatKey } from '../api/object.ts';
import type { ParsedObject } from '../api/parsed-object.ts';
import type { GeneratorReference } from '../api/source-reference.ts';

/** The generators of the cluster, of all kinds. */
export interface GeneratorCache {
  /** The one that a reference in an object of `namespace` means: that of the namespace itself, or a ClusterGenerator. */
  readonly get: (reference: GeneratorReference, namespace: string) => ParsedObject<GeneratorObject> | undefined;
  /** Calls `listener` with the term of every generator that comes, changes or goes. Answers how to stop. */
  readonly subscribe: (listener: (term: string) => void) => () => void;
}

/** What names a generator in a reverse index: all references that mean the same generator have the same term. */
export function generatorTerm({ kind, name }: GeneratorReference, namespace: string): string {
  return `${kind} ${formatKey(kind === clusterGeneratorKind ? { name } : { namespace, name })}`;
}
