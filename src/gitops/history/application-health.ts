import { suspendAnnotation } from '../../api/application.ts';
import type { HealthStatus } from '../../api/application-status.ts';
import type { Cluster } from '../../kube/port.ts';
import { isWorse } from '../health/health.ts';
import type { Health } from '../health/health.ts';
import { clip } from './operation.ts';
import type { JudgedResource } from './resource-status.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';

function nameOf({ status }: JudgedResource): string {
  return `${status.kind ?? ''} ${status.name ?? ''}`;
}

/** What is said of an Application that is held, as long as nothing worse is to be told. */
const held: Health = { status: 'Suspended', message: `held by the annotation ${suspendAnnotation}: nothing is synced by itself` };

/** What is said where nothing runs. */
const recorded: Health = { status: 'Unknown', message: 'recorded: this cluster keeps objects and runs none, so there is no health to tell' };

/**
 * The health of an Application, by Argo CD's rule: the worst of its objects. A missing object does not make it worse (it is out
 * of sync), unless all are missing. A cluster that records says so, and never Healthy.
 */
export function applicationHealth(resources: readonly JudgedResource[], cluster: Pick<Cluster, 'kind'>, suspended = false): Health {
  const judged = resources.filter(({ health, status }) => health !== undefined && status.requiresPruning !== true);
  const present = judged.filter(({ health }) => health?.status !== 'Missing');
  if (judged.length > 0 && present.length === 0) return { status: 'Missing', message: 'none of its objects is there' };
  let worst: Health = suspended ? held : { status: 'Healthy', message: '' };
  for (const resource of present) {
    const { health } = resource;
    if (health !== undefined && isWorse(health.status, worst.status)) worst = { status: health.status, message: `${nameOf(resource)}: ${health.message}` };
  }
  return cluster.kind === 'recorded' && worst.status === 'Healthy' ? recorded : worst;
}

/** `status.health`; its time moves only when its word does. */
export function healthStatus(before: HealthStatus | undefined, health: Health, now: number): HealthStatus {
  const same = before?.status === health.status && before.lastTransitionTime !== undefined;
  return {
    status: health.status,
    ...(health.message === '' ? {} : { message: clip(health.message) }),
    lastTransitionTime: same ? before.lastTransitionTime : formatTimestamp(now),
  };
}
