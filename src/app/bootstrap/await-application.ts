import type { ApplicationStatus } from '../../api/application-status.ts';
import { parseApplicationStatus } from '../../api/application.ts';
import { listAt, numberAt, textAt } from '../../gitops/health/live-field.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType, deploymentType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { sleep } from '../../lib/sleep.ts';
import type { BootstrapOptions, BootstrapProgress } from './bootstrap-options.ts';

const lookEvery = 500;

/** What of a source decides whether a status speaks of it, or of the one before. */
type Followed = Pick<BootstrapOptions['repository'], 'url' | 'revision' | 'path'>;

/** Whether everything that the source stands for is there and well. */
export function isUp({ sync, health, operationState }: ApplicationStatus, { url, revision, path }: Followed): boolean {
  const compared = sync?.comparedTo?.source;
  const isOurs = textAt(compared, 'repoURL') === url && textAt(compared, 'targetRevision') === revision && textAt(compared, 'path') === path;
  return isOurs && sync?.status === 'Synced' && health?.status === 'Healthy' && operationState?.phase === 'Succeeded';
}

/** What an Application that is not up waits for, in one line. */
export function waitsFor({ sync, health, operationState, conditions = [], reconciledAt }: ApplicationStatus): string | undefined {
  const problem = conditions.find(({ type }) => type.endsWith('Error'))?.message;
  if (problem !== undefined) return problem;
  if (operationState !== undefined && operationState.phase !== 'Succeeded') return `${operationState.phase}: ${operationState.message ?? ''}`;
  const wait = conditions.find(({ type }) => type === 'WaitingWarning')?.message;
  if (wait !== undefined) return wait;
  if (reconciledAt === undefined && sync === undefined) return undefined;
  return `${sync?.status ?? 'Unknown'}, ${health?.status ?? 'of unknown health'}${health?.message === undefined ? '' : `: ${health.message}`}`;
}

export interface AwaitOptions extends Pick<BootstrapOptions, 'namespace' | 'name' | 'repository'> {
  readonly clock: Clock;
  readonly progress: BootstrapProgress;
}

/**
 * Waits until an Application is Synced and Healthy, and says what is waited for whenever that changes.
 * @returns its status
 * @throws KubeError; the signal's reason
 */
export async function untilUp(cluster: Cluster, { namespace, name, repository, clock, progress }: AwaitOptions, signal: AbortSignal): Promise<ApplicationStatus> {
  for (let told = ''; ; ) {
    const object = await cluster.get(applicationType, { namespace, name }, signal);
    const status = object === undefined ? {} : parseApplicationStatus(object);
    if (isUp(status, repository)) return status;
    const waits = waitsFor(status) ?? (await controllerState(cluster, namespace, signal));
    if (waits !== told) progress.waiting((told = waits));
    await sleep(clock, lookEvery, signal);
  }
}

/** Why nobody has looked at it yet. */
async function controllerState(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<string> {
  const found = await cluster.get(deploymentType, { namespace, name: 'prelude' }, signal);
  if (found === undefined) return 'no controller has looked at it yet';
  const [wanted, available] = [numberAt(found, 'spec', 'replicas') ?? 1, numberAt(found, 'status', 'availableReplicas') ?? 0];
  const image = textAt(listAt(found, 'spec', 'template', 'spec', 'containers')[0], 'image') ?? 'none';
  return available < wanted ? `Deployment ${namespace}/prelude has ${available} of ${wanted} pods available (image ${image})` : 'the controller has not looked at it yet';
}
