import { eventType, leaseType } from './resource-types.ts';
import { type Around, interceptWrites, type Write } from './intercept-writes.ts';
import { KubeError } from './kube-error.ts';
import type { Cluster } from './port.ts';
import type { Log } from '../lib/log.ts';

/** Written all the time, and of no interest to anybody afterwards. */
const unrecorded: ReadonlySet<string> = new Set([eventType.kind, leaseType.kind]);

/**
 * The same cluster, with one record of each write: what was done to which object, as which field manager and user, on whose behalf, and what came of it.
 * Nothing of an object's content is in it. Dry runs write nothing and leave no record, nor do Events and Leases.
 */
export function auditWrites(cluster: Cluster, log: Pick<Log, 'info'>): Cluster {
  const around: Around = async (write, send) => {
    if (write.isDry || unrecorded.has(write.type.kind)) return send();
    try {
      const answer = await send();
      const { uid, resourceVersion } = typeof answer === 'boolean' ? {} : answer.metadata;
      log.info({ ...factsOf(write), outcome: answer === false ? 'absent' : 'done', ...present({ uid, resourceVersion }) }, 'audit');
      return answer;
    } catch (error) {
      // the server's words may hold what was written
      log.info({ ...factsOf(write), outcome: error instanceof KubeError ? error.kind : 'failed' }, 'audit');
      throw error;
    }
  };
  return interceptWrites(cluster, around);
}

function factsOf({ verb, type, key: { namespace, name }, options }: Write): Readonly<Record<string, unknown>> {
  const manager = 'fieldManager' in options ? options.fieldManager : undefined;
  return { verb, ...present({ group: type.group === '' ? undefined : type.group }), kind: type.kind, ...present({ namespace }), name, ...present({ manager, user: options.user }), ...options.cause };
}

function present(fields: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
