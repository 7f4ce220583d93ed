import { formatKey, keyOf, type KubeObject } from '../../../src/api/object.ts';
import type { Cluster, ResourceType } from '../../../src/kube/port.ts';
import { externalSecretType } from '../../../src/kube/resource-types.ts';

/** When each object became Ready, by `namespace/name`, on `performance.now`'s scale; seen by a watch. */
export interface Readiness extends AsyncDisposable {
  readonly readyAt: ReadonlyMap<string, number>;
  /** Resolves when so many are Ready. */
  readonly until: (count: number) => Promise<void>;
}

/** Watches all ExternalSecrets, or objects of another type that say so in a condition of another name, or otherwise, from now on. */
export async function watchReadiness(cluster: Cluster, type: ResourceType = externalSecretType, condition: string | ((object: KubeObject) => boolean) = 'Ready'): Promise<Readiness> {
  const controller = new AbortController();
  const readyAt = new Map<string, number>();
  let wanted = Number.POSITIVE_INFINITY;
  let reached = (): void => {};
  const note = (object: KubeObject): void => {
    const key = formatKey(keyOf(object));
    if (readyAt.has(key) || !(typeof condition === 'string' ? isReady(object, condition) : condition(object))) return;
    readyAt.set(key, performance.now());
    if (readyAt.size >= wanted) reached();
  };
  let version = '';
  for await (const page of cluster.pages(type, {}, controller.signal)) {
    page.items.forEach(note);
    version = page.resourceVersion;
  }
  const follow = (async () => {
    while (!controller.signal.aborted) {
      for await (const event of cluster.watch(type, {}, version, controller.signal)) {
        if (event.type === 'bookmark') version = event.resourceVersion;
        else {
          version = event.object.metadata.resourceVersion ?? version;
          if (event.type === 'deleted') readyAt.delete(formatKey(keyOf(event.object)));
          else note(event.object);
        }
      }
    }
  })().catch(() => {});
  return {
    readyAt,
    until: (count) =>
      new Promise((resolve) => {
        wanted = count;
        reached = resolve;
        if (readyAt.size >= count) resolve();
      }),
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await follow;
    },
  };
}

function isReady({ status }: KubeObject, condition: string): boolean {
  const conditions: unknown = typeof status === 'object' && status !== null ? Reflect.get(status, 'conditions') : undefined;
  return Array.isArray(conditions) && conditions.some((one: { type?: string; status?: string }) => one.type === condition && one.status === 'True');
}
