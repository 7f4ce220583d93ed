import { isDeepStrictEqual } from 'node:util';
import { formatKey } from '../../api/object.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import type { Informer, InformerOptions } from '../../kube/informer.ts';
import { applicationType } from '../../kube/resource-types.ts';

/** What the cache keeps of an Application: all but managedFields, which are large and tell us nothing. */
function projectApplication(object: KubeObject): KubeObject {
  const { managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** One watch for each namespace whose Applications are ours. */
export function applicationInformers(namespaces: readonly string[]): readonly InformerOptions<KubeObject>[] {
  return namespaces.map((namespace) => ({ type: applicationType, selection: { namespace }, project: projectApplication }));
}

/** The Applications of all namespaces. */
export interface ApplicationCache {
  readonly get: (key: ObjectKey) => KubeObject | undefined;
  readonly values: () => Iterable<KubeObject>;
}

export function applicationCache(informers: readonly Informer<KubeObject>[]): ApplicationCache {
  return {
    get: (key) => informers.map((informer) => informer.get(key)).find((found) => found !== undefined),
    values: () => informers.flatMap((informer) => [...informer.values()]),
  };
}

/** What somebody asks for. The status is ours, and Argo CD's kind counts generations for it, too: neither counts. */
function asked({ metadata, spec, operation, status }: KubeObject): unknown {
  const { uid, labels, annotations, finalizers, deletionTimestamp } = metadata;
  // somebody stops an operation by its phase; all other phases are ours
  const isStopped = fieldAt(status, 'operationState', 'phase') === 'Terminating';
  return [spec, operation, isStopped, uid, labels, annotations, finalizers, deletionTimestamp];
}

export interface ApplicationNews {
  /** The cache shows another version; undefined: the object is gone. */
  readonly onSeen: (key: string, resourceVersion: string | undefined) => void;
  readonly onChange: (key: ObjectKey) => void;
  readonly onGone: (key: string) => void;
  /** Any change at all, statuses included: others may wait for one. */
  readonly onAny: (key: string, current: KubeObject | undefined, previous: KubeObject | undefined) => void;
}

/** Turns events of the caches into keys to reconcile; our own writes of statuses are none. Returns what stops it. */
export function watchApplications(informers: readonly Informer<KubeObject>[], news: ApplicationNews): () => void {
  const stops = informers.map((informer) =>
    informer.subscribe(({ key, current, previous }) => {
      news.onSeen(formatKey(key), current?.metadata.resourceVersion);
      if (current === undefined || (previous !== undefined && previous.metadata.uid !== current.metadata.uid)) news.onGone(formatKey(key));
      if (current !== undefined && (previous === undefined || !isDeepStrictEqual(asked(previous), asked(current)))) news.onChange(key);
      news.onAny(formatKey(key), current, previous);
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}
