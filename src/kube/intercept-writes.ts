import { keyOf, type KubeObject, type ObjectKey } from '../api/object.ts';
import { readCalls } from './read-calls.ts';
import type { Cluster, DeleteOptions, ResourceType, WriteOptions } from './port.ts';

/** A write that is about to be sent. */
export interface Write {
  readonly verb: 'create' | 'update' | 'apply' | 'patchStatus' | 'delete';
  readonly type: ResourceType;
  readonly key: ObjectKey;
  readonly options: WriteOptions | DeleteOptions;
  /** What is sent, where it is a whole object. */
  readonly object?: KubeObject;
}

/** What is done around each write: `send` sends it, and answers what the cluster answers. */
export type Around = <T extends KubeObject | boolean>(write: Write, send: () => Promise<T>) => Promise<T>;

/** The same cluster, with something done around each of its writes; dry runs are none. */
export function interceptWrites(cluster: Cluster, around: Around): Cluster {
  return {
    ...readCalls(cluster),
    create: (type, object, options, signal) => unlessDry({ verb: 'create', type, key: keyOf(object), options, object }, () => cluster.create(type, object, options, signal)),
    update: (type, object, options, signal) => unlessDry({ verb: 'update', type, key: keyOf(object), options, object }, () => cluster.update(type, object, options, signal)),
    apply: (type, object, options, signal) => unlessDry({ verb: 'apply', type, key: keyOf(object), options, object }, () => cluster.apply(type, object, options, signal)),
    patchStatus: (type, key, status, options, signal) => unlessDry({ verb: 'patchStatus', type, key, options }, () => cluster.patchStatus(type, key, status, options, signal)),
    delete: (type, key, options, signal) => around({ verb: 'delete', type, key, options }, () => cluster.delete(type, key, options, signal)),
  };

  function unlessDry(write: Write & { readonly options: WriteOptions }, send: () => Promise<KubeObject>): Promise<KubeObject> {
    return write.options.dryRun === true ? send() : around(write, send);
  }
}
