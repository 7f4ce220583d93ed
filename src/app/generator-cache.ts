import { isDeepStrictEqual } from 'node:util';
import { clusterGeneratorKind } from '../api/generator-kinds.ts';
import { parseGenerator, type GeneratorObject } from '../api/generator.ts';
import { parsedObject, type ParsedObject } from '../api/parsed-object.ts';
import type { Informer, InformerOptions } from '../kube/informer.ts';
import { clusterGeneratorType, generatorType } from '../kube/resource-types.ts';
import { generatorTerm, type GeneratorCache } from '../secret/generator-cache.ts';

/** Starts an informer under a name for people. */
export type StartCache = <T>(name: string, informer: InformerOptions<T>) => Informer<T>;

type Entry = ParsedObject<GeneratorObject>;

/**
 * Watches the generators of these kinds, and ClusterGenerators, each parsed once. A kind that the cluster does not serve is one
 * without objects.
 */
export function createGeneratorCache(kinds: readonly string[], start: StartCache): GeneratorCache {
  const project: InformerOptions<Entry>['project'] = (object) => parsedObject(object, parseGenerator);
  const types = [...kinds.map(generatorType), clusterGeneratorType];
  const informers = new Map(types.map((type) => [type.kind, start(type.plural, { type, selection: {}, project })]));
  return {
    get: ({ kind, name }, namespace) => informers.get(kind)?.get(kind === clusterGeneratorKind ? { name } : { namespace, name }),
    subscribe: (listener) => {
      const stops = [...informers].map(([kind, informer]) =>
        informer.subscribe(({ key: { name, namespace = '' }, current, previous }) => {
          if (!isDeepStrictEqual(said(current), said(previous))) listener(generatorTerm({ kind, name }, namespace));
        }),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** As much of a generator as others depend on: a label or a status is nobody's business. */
function said(entry: Entry | undefined): unknown {
  if (entry === undefined) return undefined;
  const { metadata, parsed } = entry;
  if (!parsed.ok) return [metadata.uid, parsed.errors];
  const { kind, controller, spec } = parsed.value;
  return [metadata.uid, kind, controller, spec];
}
