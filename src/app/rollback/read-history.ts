import { formatKey, keyOf } from '../../api/object.ts';
import type { ApplicationName } from '../applications/application-name.ts';
import { findApplication } from '../applications/find-application.ts';
import type { ClusterOptions } from '../options.ts';
import { type CommandSurroundings, withTargetCluster } from '../with-target-cluster.ts';
import { type RevisionEntry, revisionEntries } from './revision-entries.ts';

/** What an Application has been at, the newest first. */
export interface ApplicationHistory {
  /** `namespace/name`. */
  readonly application: string;
  readonly revisions: readonly RevisionEntry[];
}

/** @throws KubeError */
export async function readHistory(options: { readonly cluster: ClusterOptions; readonly application: ApplicationName }, surroundings: CommandSurroundings, signal: AbortSignal): Promise<ApplicationHistory> {
  return withTargetCluster(options.cluster, surroundings, async (cluster) => {
    const application = await findApplication(cluster, options.application, signal);
    return { application: formatKey(keyOf(application)), revisions: revisionEntries(application) };
  });
}
