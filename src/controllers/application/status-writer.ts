import { parseApplicationStatus } from '../../api/application.ts';
import { type ApplicationStatus, toWireStatus } from '../../api/application-status.ts';
import { formatKey, keyOf } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import { fieldManager } from '../../gitops/apply/sync-run.ts';
import { keepAdmitted } from '../../gitops/history/admitted.ts';
import { keepAhead } from '../../gitops/history/ahead.ts';
import { keepEvidence } from '../../gitops/history/evidence.ts';
import { mergePatch } from '../../lib/merge-patch.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';

/** The only writer of Application statuses. It writes what differs, and nothing where nothing does. */
export interface StatusWriter {
  /**
   * The Application to work on: as the cache has it, or read from the API server while the cache may not show our last write
   * yet. An operation that has just succeeded would be run again otherwise. Undefined where it is gone.
   */
  readonly latest: (cached: KubeObject, signal: AbortSignal) => Promise<KubeObject | undefined>;
  /** The cache shows this version now, or the object is gone. */
  readonly seen: (key: string, resourceVersion: string | undefined) => void;
  /** The status of an Application, what was written since it was read included. */
  readonly current: (application: KubeObject) => ApplicationStatus;
  /** We have changed something else of the Application ourselves: its status is written under the version that this has made. Undefined: nothing was written. */
  readonly amended: (application: KubeObject, after: KubeObject | undefined) => void;
  /** False where there was nothing to write, or no object any more; one that was made anew under its name is another. */
  readonly write: (application: KubeObject, status: ApplicationStatus, signal: AbortSignal) => Promise<boolean>;
}

export function createStatusWriter(cluster: Cluster, clock: Clock): StatusWriter {
  /** By the object that a pass works on: what it has written itself, and in which resourceVersion that stands. */
  const written = new WeakMap<KubeObject, { readonly status: ApplicationStatus; readonly version: string | undefined }>();
  /** By key: the resourceVersion of our last write, until the cache shows it. */
  const pending = new Map<string, string>();
  /** By key: what the cache shows. Its event may be quicker than the answer to the write. */
  const shown = new Map<string, string>();
  const current = (application: KubeObject): ApplicationStatus => written.get(application)?.status ?? parseApplicationStatus(application);

  /** Under the version that is known; where that is not the current one, once more if it still is the same object. @throws KubeError `absent` */
  async function patchSame(application: KubeObject, patch: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<KubeObject> {
    const { metadata } = application;
    const version = written.get(application)?.version ?? metadata.resourceVersion;
    const patchAt = (resourceVersion: string | undefined): Promise<KubeObject> => cluster.patchStatus(applicationType, keyOf(application), patch, { fieldManager, ...(resourceVersion === undefined ? {} : { resourceVersion }) }, signal);
    try {
      return await patchAt(version);
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
    }
    const live = await cluster.get(applicationType, keyOf(application), signal);
    if (live === undefined || live.metadata.uid !== metadata.uid) throw new KubeError('absent', `Application ${formatKey(keyOf(application))} is gone`);
    return patchAt(live.metadata.resourceVersion);
  }

  return {
    latest: async (cached, signal) => {
      const key = formatKey(keyOf(cached));
      if (!pending.has(key)) return cached;
      const live = await cluster.get(applicationType, keyOf(cached), signal);
      // nothing newer is to come: the event with our own version was lost in a new list
      if (live?.metadata.resourceVersion === cached.metadata.resourceVersion) pending.delete(key);
      return live;
    },
    seen: (key, resourceVersion) => {
      if (resourceVersion === undefined) shown.delete(key);
      else shown.set(key, resourceVersion);
      if (resourceVersion === undefined || pending.get(key) === resourceVersion) pending.delete(key);
    },
    current,
    amended: (application, after) => {
      if (after !== undefined) written.set(application, { status: current(application), version: after.metadata.resourceVersion });
    },
    write: async (application, status, signal) => {
      const { reconciledAt: _then, ...before } = current(application);
      const { reconciledAt: _now, ...wanted } = keepAdmitted(before, keepAhead(before, keepEvidence(before, status)));
      const patch = mergePatch(toWireStatus(before), toWireStatus(wanted));
      if (patch === undefined) return false;
      try {
        const stamped = { ...patch, reconciledAt: formatTimestamp(clock.now()) };
        const after = await patchSame(application, stamped, signal);
        const { resourceVersion = '' } = after.metadata;
        written.set(application, { status: parseApplicationStatus(after), version: after.metadata.resourceVersion });
        const key = formatKey(keyOf(application));
        if (shown.get(key) === resourceVersion) pending.delete(key);
        else pending.set(key, resourceVersion);
        return true;
      } catch (error) {
        if (isKubeError(error, 'absent')) return false;
        throw error;
      }
    },
  };
}
