import { applicationSetStatus, type ApplicationSetStatus } from '../../api/application-set-status.ts';
import { parseApplicationSetStatus } from '../../api/application-set.ts';
import { statusFieldManager } from '../../api/names.ts';
import { keyOf, type ObjectMeta } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationSetType } from '../../kube/resource-types.ts';
import { mergePatch } from '../../lib/merge-patch.ts';
import { PrunedFields } from '../../runtime/pruned-fields.ts';

/** An ApplicationSet as a cache has it. */
interface Entry {
  readonly metadata: ObjectMeta;
  readonly status?: unknown;
}

/** The only writer of ApplicationSets' statuses. It writes what differs, and nothing where nothing does. */
export interface SetStatusWriter {
  /** What was written since the cache last showed the object included. */
  readonly current: (entry: Entry) => ApplicationSetStatus;
  readonly write: (entry: Entry, status: ApplicationSetStatus, signal: AbortSignal) => Promise<void>;
}

export function createSetStatusWriter(cluster: Pick<Cluster, 'patchStatus'>): SetStatusWriter {
  const pruned = new PrunedFields();
  /** By the object that a cache holds: what we have written into it. */
  const written = new WeakMap<Entry, ApplicationSetStatus>();
  const current = (entry: Entry): ApplicationSetStatus => written.get(entry) ?? parseApplicationSetStatus(entry);
  return {
    current,
    write: async (entry, status, signal) => {
      const wanted = applicationSetStatus.parse(pruned.strip(status));
      const patch = mergePatch({ ...current(entry) }, { ...wanted });
      if (patch === undefined) return;
      try {
        const after = await cluster.patchStatus(applicationSetType, keyOf(entry), patch, { fieldManager: statusFieldManager }, signal);
        // an older Argo CD's definition knows neither health nor resourcesCount
        pruned.learn(patch, after['status']);
        written.set(entry, parseApplicationSetStatus({ status: after['status'] }));
      } catch (error) {
        // it is gone
        if (!isKubeError(error, 'absent')) throw error;
      }
    },
  };
}
