import type { Cluster } from './port.ts';

/** The calls that write. */
export type WriteCalls = Pick<Cluster, 'create' | 'update' | 'apply' | 'patchStatus' | 'delete'>;

/** All of a cluster but what writes, for those that do something of their own with that. */
export function readCalls(cluster: Cluster): Omit<Cluster, keyof WriteCalls> {
  return {
    name: cluster.name,
    kind: cluster.kind,
    get: (type, key, signal, options) => cluster.get(type, key, signal, options),
    pages: (type, selection, signal) => cluster.pages(type, selection, signal),
    watch: (type, selection, resourceVersion, signal) => cluster.watch(type, selection, resourceVersion, signal),
    discover: (signal, options) => cluster.discover(signal, options),
    version: (signal) => cluster.version(signal),
    tokenRequest: (serviceAccount, request, signal) => cluster.tokenRequest(serviceAccount, request, signal),
    accessReview: (question, signal) => cluster.accessReview(question, signal),
    ...(cluster.callerReview === undefined ? {} : { callerReview: cluster.callerReview }),
    close: () => cluster.close(),
  };
}
