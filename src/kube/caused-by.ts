import { interceptWrites } from './intercept-writes.ts';
import type { Cluster, WriteCause } from './port.ts';

/** The same cluster, whose writes say on whose behalf they are. */
export function causedBy(cluster: Cluster, cause: WriteCause): Cluster {
  return interceptWrites(cluster, (_write, send) => send({ cause }));
}
