import { formatKey, keyOf } from '../../api/object.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { ApplicationName } from '../applications/application-name.ts';
import { findApplication } from '../applications/find-application.ts';
import type { ClusterOptions } from '../options.ts';
import { type CommandSurroundings, withTargetCluster } from '../with-target-cluster.ts';
import { type ApplicationReport, reportApplication } from './application-report.ts';
import { type ApplicationSummary, summarise } from './application-summary.ts';
import type { ReadingMeans, SourcePlaces } from './read-desired.ts';

/**
 * Every Application of a cluster, or of one of its namespaces, by name: one list, whatever their number.
 * @throws KubeError
 */
export async function listStatus(options: { readonly cluster: ClusterOptions; readonly namespace?: string }, surroundings: CommandSurroundings, signal: AbortSignal): Promise<readonly ApplicationSummary[]> {
  return withTargetCluster(options.cluster, surroundings, async (cluster) => {
    const found: [string, ApplicationSummary][] = [];
    const selection = options.namespace === undefined ? {} : { namespace: options.namespace };
    for await (const { items } of cluster.pages(applicationType, selection, signal)) for (const item of items) found.push([formatKey(keyOf(item)), summarise(item)]);
    return found.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, summary]) => summary);
  });
}

/**
 * One Application, with what Git says of it.
 * @throws KubeError
 */
export async function reportStatus(options: { readonly cluster: ClusterOptions; readonly application: ApplicationName; readonly places: SourcePlaces }, surroundings: CommandSurroundings & Pick<ReadingMeans, 'environment'>, signal: AbortSignal): Promise<ApplicationReport> {
  return withTargetCluster(options.cluster, surroundings, async (cluster) => {
    const application = await findApplication(cluster, options.application, signal);
    return reportApplication(cluster, application, { places: options.places, means: surroundings }, signal);
  });
}
