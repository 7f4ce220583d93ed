import { parseApplicationStatus } from '../../api/application.ts';
import type { ApplicationStatus } from '../../api/application-status.ts';
import { keyOf } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import { fieldManager } from '../../gitops/apply/sync-run.ts';
import { mergePatch } from '../../gitops/history/merge-patch.ts';
import { timestamp } from '../../gitops/history/timestamp.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';

/** The only writer of Application statuses. It writes what differs, and nothing where nothing does. */
export interface StatusWriter {
  /** The status as far as it is known: what was written last, until the cache shows a newer object. */
  readonly current: (application: KubeObject) => ApplicationStatus;
  /** False where there was nothing to write, or no object any more. */
  readonly write: (application: KubeObject, status: ApplicationStatus, signal: AbortSignal) => Promise<boolean>;
}

export function createStatusWriter(cluster: Cluster, clock: Clock): StatusWriter {
  // by the cached object that the write was made from: the entry goes when the cache replaces the object
  const written = new WeakMap<KubeObject, ApplicationStatus>();
  const current = (application: KubeObject): ApplicationStatus => written.get(application) ?? parseApplicationStatus(application);

  return {
    current,
    write: async (application, status, signal) => {
      const before = current(application);
      const { reconciledAt: _then, ...old } = before;
      const { reconciledAt: _now, ...wanted } = status;
      const patch = mergePatch(old, wanted);
      if (patch === undefined) return false;
      try {
        const stamped = { ...patch, reconciledAt: timestamp(clock.now()) };
        const after = await cluster.patchStatus(applicationType, keyOf(application), stamped, { fieldManager }, signal);
        written.set(application, parseApplicationStatus(after));
        return true;
      } catch (error) {
        if (isKubeError(error, 'absent')) return false;
        throw error;
      }
    },
  };
}
