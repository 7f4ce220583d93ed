import type { KubeObject, ObjectKey } from '../api/object.ts';
import type { ResourceType, Selection } from './port.ts';

/** Called after the cache changed. `previous` is absent for a new object, `current` for a deleted one. */
export type InformerListener<T> = (change: { readonly key: ObjectKey; readonly current?: T; readonly previous?: T }) => void;

/**
 * A live, read-only view of the objects of one type and selection, kept by a reflector.
 * It holds what `project` returned and nothing else; objects for which `project` answers undefined are not kept.
 */
export interface Informer<T> {
  readonly get: (key: ObjectKey) => T | undefined;
  readonly values: () => IterableIterator<T>;
  readonly size: () => number;
  /** Registers a listener; the returned function removes it. Existing objects are reported as new at once if already synced. */
  readonly subscribe: (listener: InformerListener<T>) => () => void;
  /** Resolves once the first list is in the cache; rejects when the signal it was made with aborts before. */
  readonly synced: Promise<void>;
  /** False before the first list, and while the last list or watch has failed for longer than the staleness limit. */
  readonly healthy: () => boolean;
}

export interface InformerOptions<T> {
  readonly type: ResourceType;
  readonly selection: Selection;
  readonly project: (object: KubeObject) => T | undefined;
  /** Told of objects that are deleted and were not kept: somebody may have come to care since they were seen. */
  readonly onStrangerGone?: (key: ObjectKey) => void;
}
