import type { ObjectKey } from '../api/object.ts';
import type { Informer, InformerOptions } from '../kube/informer.ts';
import { type InformerDeps, startInformer } from '../kube/reflector.ts';
import type { Cluster } from '../kube/port.ts';

/** Starts informers as far as the controller may look. */
export type StartInformer = <T>(options: InformerOptions<T>, signal: AbortSignal) => Informer<T>;

/**
 * One watch for a kind where the controller may see the whole cluster. Confined to namespaces it is one for each of them, and
 * kinds without a namespace are out of reach: they count as having no objects.
 */
export function informersOf(cluster: Cluster, deps: Omit<InformerDeps, 'signal'>, namespaces: readonly string[]): StartInformer {
  return <T>(options: InformerOptions<T>, signal: AbortSignal): Informer<T> => {
    const start = (namespace?: string): Informer<T> => startInformer(cluster, namespace === undefined ? options : { ...options, selection: { ...options.selection, namespace } }, { ...deps, signal });
    const { namespace } = options.selection;
    if (namespaces.length === 0) return start();
    if (!options.type.namespaced) return join(new Map());
    // asked for by name, it is the caller's matter whether that is within reach
    if (namespace !== undefined) return start();
    return join(new Map(namespaces.map((name) => [name, start(name)])));
  };
}

/** Informers of several namespaces as one. */
function join<T>(parts: ReadonlyMap<string, Informer<T>>): Informer<T> {
  const all = [...parts.values()];
  const synced = allSynced(all);
  // whoever waits for it hears of a failure; if nobody does, it is nobody's
  synced.catch(() => {});
  return {
    get: (key: ObjectKey) => parts.get(key.namespace ?? '')?.get(key),
    *values() {
      for (const part of all) yield* part.values();
    },
    size: () => all.reduce((sum, part) => sum + part.size(), 0),
    subscribe: (listener) => {
      const stops = all.map((part) => part.subscribe(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    synced,
    healthy: () => all.every((part) => part.healthy()),
  };
}

async function allSynced(parts: readonly Pick<Informer<unknown>, 'synced'>[]): Promise<void> {
  await Promise.all(parts.map(({ synced }) => synced));
}
