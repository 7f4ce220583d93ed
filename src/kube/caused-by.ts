import { readCalls } from './read-calls.ts';
import type { Cluster, WriteCause } from './port.ts';

/** The same cluster, whose writes say on whose behalf they are. */
export function causedBy(cluster: Cluster, cause: WriteCause): Cluster {
  return {
    ...readCalls(cluster),
    create: (type, object, options, signal) => cluster.create(type, object, { ...options, cause }, signal),
    update: (type, object, options, signal) => cluster.update(type, object, { ...options, cause }, signal),
    apply: (type, object, options, signal) => cluster.apply(type, object, { ...options, cause }, signal),
    patchStatus: (type, key, status, options, signal) => cluster.patchStatus(type, key, status, { ...options, cause }, signal),
    delete: (type, key, options, signal) => cluster.delete(type, key, { ...options, cause }, signal),
  };
}
