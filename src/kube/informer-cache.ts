import { formatKey, type KubeObject, keyOf, type ObjectKey } from '../api/object.ts';
import type { Log } from '../lib/log.ts';
import type { InformerListener } from './informer.ts';

interface Entry<T> {
  readonly key: ObjectKey;
  /** Opaque: only to see that a list brought nothing new. */
  readonly resourceVersion: string | undefined;
  readonly value: T;
}

/** The objects an informer knows, as projected, and who is told when they change. */
export class InformerCache<T> {
  #entries = new Map<string, Entry<T>>();
  readonly #listeners = new Set<InformerListener<T>>();
  readonly #project: (object: KubeObject) => T | undefined;
  readonly #log: Log;
  readonly #onStrangerGone: (key: ObjectKey) => void;
  #filled = false;

  constructor(project: (object: KubeObject) => T | undefined, log: Log, onStrangerGone: (key: ObjectKey) => void = () => {}) {
    this.#project = project;
    this.#log = log;
    this.#onStrangerGone = onStrangerGone;
  }

  get(key: ObjectKey): T | undefined {
    return this.#entries.get(formatKey(key))?.value;
  }

  *values(): IterableIterator<T> {
    for (const entry of this.#entries.values()) yield entry.value;
  }

  size(): number {
    return this.#entries.size;
  }

  subscribe(listener: InformerListener<T>): () => void {
    this.#listeners.add(listener);
    if (this.#filled) for (const { key, value } of [...this.#entries.values()]) this.#tell(listener, { key, current: value });
    return () => void this.#listeners.delete(listener);
  }

  /** Collects one list, page by page, beside the cache: readers see the old state until `replace`. */
  collect(): { readonly add: (object: KubeObject) => void; readonly replace: () => void } {
    const next = new Map<string, Entry<T>>();
    return {
      add: (object) => {
        const entry = this.#entryOf(object);
        if (entry !== undefined) next.set(formatKey(entry.key), entry);
      },
      replace: () => this.#replace(next),
    };
  }

  put(object: KubeObject): void {
    const entry = this.#entryOf(object);
    if (entry === undefined) {
      this.#forget(keyOf(object));
      return;
    }
    const id = formatKey(entry.key);
    const previous = this.#entries.get(id);
    this.#entries.set(id, entry);
    this.#announce(entry.key, entry.value, previous?.value);
  }

  remove(object: KubeObject): void {
    const key = keyOf(object);
    if (!this.#forget(key)) this.#onStrangerGone(key);
  }

  /** @returns whether it was kept */
  #forget(key: ObjectKey): boolean {
    const previous = this.#entries.get(formatKey(key));
    if (previous === undefined) return false;
    this.#entries.delete(formatKey(key));
    this.#announce(key, undefined, previous.value);
    return true;
  }

  /** All at once: what the list does not hold was deleted while nobody watched. */
  #replace(next: Map<string, Entry<T>>): void {
    const before = this.#entries;
    this.#entries = next;
    this.#filled = true;
    for (const [id, { key, value }] of before) if (!next.has(id)) this.#announce(key, undefined, value);
    for (const [id, { key, value, resourceVersion }] of next) {
      const previous = before.get(id);
      if (previous === undefined || previous.resourceVersion === undefined || previous.resourceVersion !== resourceVersion) this.#announce(key, value, previous?.value);
    }
  }

  /** Undefined for what is not kept; an object that cannot be projected must not stop the others. */
  #entryOf(object: KubeObject): Entry<T> | undefined {
    const key = keyOf(object);
    try {
      const value = this.#project(object);
      return value === undefined ? undefined : { key, resourceVersion: object.metadata.resourceVersion, value };
    } catch (error) {
      this.#log.error({ key: formatKey(key), error }, 'an object could not be read and is left out');
      return undefined;
    }
  }

  #announce(key: ObjectKey, current: T | undefined, previous: T | undefined): void {
    const change = { key, ...(current === undefined ? {} : { current }), ...(previous === undefined ? {} : { previous }) };
    for (const listener of [...this.#listeners]) this.#tell(listener, change);
  }

  /** One listener's mistake must not keep the others, or the cache, from going on. */
  #tell(listener: InformerListener<T>, change: Parameters<InformerListener<T>>[0]): void {
    try {
      listener(change);
    } catch (error) {
      this.#log.error({ key: formatKey(change.key), error }, 'a listener failed');
    }
  }
}
