import type { KubeObject } from '../../api/object.ts';
import { degraded, healthy, progressing } from './health.ts';
import type { Health } from './health.ts';
import { conditionOf, listAt, textAt } from './live-field.ts';

/** A Job: failed, complete, suspended, or still running. */
export function jobHealth(object: KubeObject): Health {
  const failed = conditionOf(object, 'Failed');
  if (failed?.status === 'True') return degraded(failed.message === '' ? 'Job has failed' : failed.message);
  const complete = conditionOf(object, 'Complete');
  if (complete?.status === 'True') return { status: 'Healthy', message: complete.message };
  if (conditionOf(object, 'Suspended')?.status === 'True') return { status: 'Suspended', message: 'Job is suspended' };
  return progressing('Job is running');
}

/** Waiting reasons of a container that mean trouble, and not only that it is being started. */
function isTrouble(reason: string): boolean {
  return reason.startsWith('Err') || reason.endsWith('Error') || reason.endsWith('BackOff');
}

function containerTrouble(object: KubeObject): string | undefined {
  const statuses = [...listAt(object, 'status', 'initContainerStatuses'), ...listAt(object, 'status', 'containerStatuses')];
  for (const status of statuses) {
    const reason = textAt(status, 'state', 'waiting', 'reason') ?? '';
    if (isTrouble(reason)) {
      const message = textAt(status, 'state', 'waiting', 'message') ?? reason;
      return `container ${textAt(status, 'name') ?? ''}: ${message}`;
    }
  }
  return undefined;
}

/** A Pod declared in Git itself: one that should stay up must be ready, others must finish. */
export function podHealth(object: KubeObject): Health {
  const staysUp = (textAt(object, 'spec', 'restartPolicy') ?? 'Always') === 'Always';
  const trouble = containerTrouble(object);
  if (staysUp && trouble !== undefined) return degraded(trouble);
  const message = textAt(object, 'status', 'message') ?? '';
  switch (textAt(object, 'status', 'phase')) {
    case 'Succeeded':
      return { status: 'Healthy', message };
    case 'Failed':
      return degraded(message === '' ? 'Pod has failed' : message);
    case 'Running':
      if (!staysUp) return progressing('Pod is running');
      return conditionOf(object, 'Ready')?.status === 'True' ? healthy : progressing('Pod is not ready yet');
    default:
      return progressing(message === '' ? 'Pod is pending' : message);
  }
}
