import { expect } from 'vitest';
import type { KubeObject } from '../../../src/api/object.ts';
import type { KubeErrorKind } from '../../../src/kube/kube-error.ts';
import type { Cluster, Selection, WatchEvent } from '../../../src/kube/port.ts';
import { configMapType } from '../../../src/kube/resource-types.ts';

/** What a clause works with: a cluster, and a namespace of its own in it. */
export interface Bench {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Something that every cluster keeps, as a sentence and as a test. */
export type Clause = readonly [title: string, run: (bench: Bench) => Promise<void>];

/** Who writes where it does not matter who does. */
export const manager = { fieldManager: 'contract' };

/** Milliseconds. What controllers do in the background (garbage, namespaces, new kinds) may take a moment. */
export const patience = 30_000;

/** Array.fromAsync, which the compiler does not know yet. */
export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function list(cluster: Cluster, selection: Selection, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const pages = await collect(cluster.pages(configMapType, selection, signal));
  return pages.flatMap(({ items }) => items);
}

export async function listVersion(cluster: Cluster, selection: Selection, signal: AbortSignal): Promise<string> {
  const pages = await collect(cluster.pages(configMapType, selection, signal));
  return pages[0]!.resourceVersion;
}

type ObjectEvent = Exclude<WatchEvent, { readonly type: 'bookmark' }>;

/** The next events of ConfigMaps, bookmarks left out. Fails where they do not come. */
export async function watchEvents(cluster: Cluster, selection: Selection, version: string, count: number): Promise<readonly ObjectEvent[]> {
  const events: ObjectEvent[] = [];
  for await (const event of cluster.watch(configMapType, selection, version, AbortSignal.timeout(patience))) {
    if (event.type !== 'bookmark') events.push(event);
    if (events.length === count) break;
  }
  expect(events).toHaveLength(count);
  return events;
}

/** Asserts the refusal, and answers its message. */
export async function refuses(kind: KubeErrorKind, call: Promise<unknown>): Promise<string> {
  const refusal: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ name: 'KubeError', kind });
  return (refusal as Error).message;
}

/** Repeats something until it does not throw, within bounds. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }
}
