import { keyOf, type KubeObject, type ObjectKey } from '../api/object.ts';
import { readCalls } from './read-calls.ts';
import type { Cluster, DeleteOptions, ResourceType, WriteOptions } from './port.ts';

/** A write that is about to be sent. */
export interface Write {
  readonly verb: 'create' | 'update' | 'apply' | 'patchStatus' | 'delete';
  readonly type: ResourceType;
  readonly key: ObjectKey;
  readonly options: WriteOptions | DeleteOptions;
  /** Nothing is written: the server only says what would be. */
  readonly isDry: boolean;
}

/** For whom and as whom a write is sent. */
export type Behalf = Pick<WriteOptions, 'cause' | 'user'>;

/** What is done around each write: `send` sends it, and answers what the cluster answers. */
export type Around = <T extends KubeObject | boolean>(write: Write, send: (behalf?: Behalf) => Promise<T>) => Promise<T>;

/** The same cluster, with something done around each of its writes, dry runs among them. */
export function interceptWrites(cluster: Cluster, around: Around): Cluster {
  const facts = (verb: Write['verb'], type: ResourceType, key: ObjectKey, options: WriteOptions): Write => ({ verb, type, key, options, isDry: options.dryRun === true });
  return {
    ...readCalls(cluster),
    create: (type, object, options, signal) => around(facts('create', type, keyOf(object), options), (behalf) => cluster.create(type, object, { ...options, ...behalf }, signal)),
    update: (type, object, options, signal) => around(facts('update', type, keyOf(object), options), (behalf) => cluster.update(type, object, { ...options, ...behalf }, signal)),
    apply: (type, object, options, signal) => around(facts('apply', type, keyOf(object), options), (behalf) => cluster.apply(type, object, { ...options, ...behalf }, signal)),
    patchStatus: (type, key, status, options, signal) => around(facts('patchStatus', type, key, options), (behalf) => cluster.patchStatus(type, key, status, { ...options, ...behalf }, signal)),
    delete: (type, key, options, signal) => around({ verb: 'delete', type, key, options, isDry: false }, (behalf) => cluster.delete(type, key, { ...options, ...behalf }, signal)),
  };
}
