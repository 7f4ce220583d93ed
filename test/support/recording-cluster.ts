import type { ObjectKey } from '../../src/api/object.ts';
import { formatKey, keyOf } from '../../src/api/object.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { readCalls } from '../../src/kube/read-calls.ts';

/** A call that a cluster answered without an error. */
export interface RecordedCall {
  readonly verb: 'create' | 'update' | 'apply' | 'patchStatus' | 'delete' | 'get' | 'getMetadata';
  /** The plural, e.g. `secrets`. */
  readonly resource: string;
  /** `namespace/name`. */
  readonly key: string;
  readonly fieldManager?: string;
}

export interface RecordingCluster extends Cluster {
  /** `verb resource` of the writes to objects of a namespace so far, in order; events are left out. */
  readonly writesIn: (namespace: string) => readonly string[];
  readonly calls: readonly RecordedCall[];
}

/** Passes every call on and writes down those that succeeded. */
export function recordCalls(cluster: Cluster): RecordingCluster {
  const calls: RecordedCall[] = [];
  const note = (verb: RecordedCall['verb'], type: ResourceType, key: ObjectKey, fieldManager?: string): void => {
    calls.push({ verb, resource: type.plural, key: formatKey(key), ...(fieldManager === undefined ? {} : { fieldManager }) });
  };
  return {
    ...readCalls(cluster),
    apply: async (type, object, options, signal) => {
      const applied = await cluster.apply(type, object, options, signal);
      note('apply', type, keyOf(object), options.fieldManager);
      return applied;
    },
    get: async (type, key, signal, options) => {
      const object = await cluster.get(type, key, signal, options);
      note(options?.metadataOnly === true ? 'getMetadata' : 'get', type, key);
      return object;
    },
    create: async (type, object, options, signal) => {
      const created = await cluster.create(type, object, options, signal);
      note('create', type, keyOf(object), options.fieldManager);
      return created;
    },
    update: async (type, object, options, signal) => {
      const updated = await cluster.update(type, object, options, signal);
      note('update', type, keyOf(object), options.fieldManager);
      return updated;
    },
    patchStatus: async (type, key, status, options, signal) => {
      const patched = await cluster.patchStatus(type, key, status, options, signal);
      note('patchStatus', type, key, options.fieldManager);
      return patched;
    },
    delete: async (type, key, options, signal) => {
      const deleted = await cluster.delete(type, key, options, signal);
      if (deleted) note('delete', type, key);
      return deleted;
    },
    calls,
    writesIn: (namespace) =>
      calls.filter(({ verb, resource, key }) => !verb.startsWith('get') && resource !== 'events' && key.startsWith(`${namespace}/`)).map(({ verb, resource }) => `${verb} ${resource}`),
  };
}
